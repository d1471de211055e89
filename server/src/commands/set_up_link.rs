//! Tells whoever started us how to set up, while there is no organisation.

use services::setup;

use crate::{runtime::Runtime, state};

/// Opens a new one-time link and prints it, unless there is an organisation. Printed, not logged:
/// whoever has the link becomes the administrator.
#[expect(clippy::print_stdout, reason = "it is for the person at the terminal")]
pub(super) async fn print(runtime: &Runtime) -> anyhow::Result<()> {
    let publisher = services::live::Publisher::silent();
    let ctx = services::Ctx::system(runtime.pools.clone(), publisher, state::now());
    if let Some(token) = setup::open_link(&ctx).await? {
        println!("\n  Dealwright is not set up yet. Open this link, it works once:\n");
        println!("    {}/set-up?token={token}\n", runtime.config.url);
    }
    Ok(())
}
