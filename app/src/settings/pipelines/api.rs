//! What the settings of pipelines ask the server.

use domain::Error;
use domain::pipeline_settings::{PipelineChange, PipelineSettings, PipelinesChanged};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::answer::Answer;

/// The pipelines with their stages and records, and the reasons for losing.
#[server(input = GetUrl)]
pub async fn load_pipelines() -> Result<Answer<PipelineSettings>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::pipeline_settings::read(&ctx).await)
}

/// Makes one change.
#[server(input = Json)]
pub async fn change_pipelines(change: PipelineChange) -> Result<Answer<PipelinesChanged>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::pipeline_settings::change(&ctx, change).await)
}
