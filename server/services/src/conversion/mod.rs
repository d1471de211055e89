//! A lead becomes a contact, a company, a deal, or any of them, in one operation through the write
//! path: made or linked, joined to each other, each with the way back to the lead, and the lead in
//! its pipeline's won stage. Undone as one.

mod twins;

use domain::conversion::{
    Conversion, Converted, FROM_LEADS, KINDS, Part, Preparation, Wanted, part_field, prefill,
};
use domain::pipeline::{Meaning, Pipeline};
use domain::record::{Record, Values};
use domain::rights::{Action, Standing};
use domain::timeline::{Via, What};
use domain::value::Linked;
use domain::{Draft, Error, FieldError, Kind, Problem, RecordId, Value};
use serde_json::json;

use crate::failure::{Failure, Result, retried, settle};
use crate::records::read;
use crate::records::write::Operation;
use crate::{Ctx, pipelines, schema};

/// What the dialog begins with: what the lead has become, what it can become, and what exists
/// already that seems to be the same.
///
/// # Errors
/// [`Error::NotFound`] where the lead does not exist or may not be seen; [`Error::Forbidden`] where
/// it may not be changed.
pub async fn prepare(ctx: &Ctx, lead: RecordId) -> Result<Preparation, Error> {
    let prepare = async {
        let lead = read::get(ctx, Kind::Lead, lead).await?;
        check_may_change(ctx, &lead)?;
        let lead_schema = schema::load(ctx, Kind::Lead).await?;
        let mut parts = Vec::with_capacity(KINDS.len());
        for kind in KINDS {
            let schema = schema::load(ctx, kind).await?;
            parts.push(Part {
                kind,
                may_add: may_add(ctx, kind),
                values: prefill(kind, &schema.fields, &lead, &lead_schema.fields),
                twins: twins::find(ctx, kind, &lead).await?,
            });
        }
        let became = KINDS.into_iter().flat_map(|kind| {
            let links = match lead.value(kind.plural()) {
                Value::Links(links) => links.clone(),
                _ => Vec::new(),
            };
            links
                .into_iter()
                .filter(|link| link.title.is_some())
                .map(move |link| (kind, link))
        });
        Ok(Preparation {
            became: became.collect(),
            lead,
            parts,
        })
    };
    settle(ctx, "conversion.prepare", prepare.await)
}

fn may_add(ctx: &Ctx, kind: Kind) -> bool {
    let own = Standing {
        owner: ctx.actor.user_id,
        ..Standing::default()
    };
    ctx.actor.may(Action::Add, kind, &own)
}

fn check_may_change(ctx: &Ctx, lead: &Record) -> Result<()> {
    if ctx
        .actor
        .may(Action::Change, Kind::Lead, &read::standing(lead))
    {
        return Ok(());
    }
    Err(Error::Forbidden("You may see this lead but not change it.".into()).into())
}

/// Converts a lead.
///
/// # Errors
/// [`Error::Invalid`] names every field that is missing or does not fit, each with its part before
/// it (`deal.amount`), what the lead's own stage asks for among them (`lead.source`). Nothing is
/// written then.
pub async fn convert(ctx: &Ctx, conversion: Conversion) -> Result<Converted, Error> {
    let work = retried(|| write(ctx, conversion.clone()));
    settle(ctx, "conversion.convert", work.await)
}

async fn write(ctx: &Ctx, wanted: Conversion) -> Result<Converted> {
    if wanted.contact.is_none() && wanted.company.is_none() && wanted.deal.is_none() {
        let problem = Problem::Other("Choose at least one thing that it becomes.".into());
        return Err(Error::field("lead", "Lead", problem).into());
    }
    let lead = read::get(ctx, Kind::Lead, wanted.lead).await?;
    check_may_change(ctx, &lead)?;
    let mut work = Work {
        ctx,
        operation: Operation::begin(ctx, Via::Conversion, "").await?,
        lead: lead.id,
        errors: Vec::new(),
        records: Vec::new(),
    };
    let company = match wanted.company {
        Some(company) => work.part(Kind::Company, company, Vec::new()).await?,
        None => None,
    };
    let contact = match wanted.contact {
        Some(contact) => {
            let companies = company.map(|id| ("companies", id)).into_iter().collect();
            work.part(Kind::Contact, contact, companies).await?
        }
        None => None,
    };
    if let Some(deal) = wanted.deal {
        let company = company.map(|id| ("company_id", id));
        let contact = contact.map(|id| ("contacts", id));
        let links = company.into_iter().chain(contact).collect();
        work.part(Kind::Deal, Wanted::New(deal), links).await?;
    }
    work.close(&lead, wanted.version, wanted.lead_values)
        .await?;
    if !work.errors.is_empty() {
        return Err(Error::Invalid(work.errors).into());
    }
    let finished = work.operation.commit().await?;
    Ok(Converted {
        records: work.records,
        operation: finished.operation,
    })
}

/// A conversion under way.
struct Work<'a> {
    ctx: &'a Ctx,
    operation: Operation,
    lead: RecordId,
    errors: Vec<FieldError>,
    records: Vec<(Kind, RecordId)>,
}

impl Work<'_> {
    /// Makes or links a record, with links to the other parts. None where something about it does
    /// not fit, which is told with what does not fit elsewhere.
    async fn part(
        &mut self,
        kind: Kind,
        wanted: Wanted,
        mut links: Vec<(&str, RecordId)>,
    ) -> Result<Option<RecordId>> {
        links.push((FROM_LEADS, self.lead));
        let answers = match wanted {
            Wanted::New(mut values) => {
                for (key, id) in links {
                    join(&mut values, key, id);
                }
                let draft = Draft {
                    values,
                    ..Draft::default()
                };
                self.operation.create(kind, vec![draft]).await?
            }
            Wanted::Link(id) => {
                let record = match read::get(self.ctx, kind, id).await {
                    Err(Error::NotFound) => {
                        let field = part_field(kind, "link");
                        self.errors
                            .push(FieldError::new(&field, "Link", Problem::NoSuchRecord));
                        return Ok(None);
                    }
                    record => record?,
                };
                // Who may only see it links the others to it; it stays as it is.
                if !self
                    .ctx
                    .actor
                    .may(Action::Change, kind, &read::standing(&record))
                {
                    self.records.push((kind, id));
                    return Ok(Some(id));
                }
                let mut values = Values::new();
                for (key, other) in links {
                    values.insert(key.to_owned(), record.value(key).clone());
                    join(&mut values, key, other);
                }
                let draft = Draft {
                    values,
                    ..Draft::default()
                };
                let draft = draft.at_version(record.version);
                self.operation.change(kind, vec![(id, draft)]).await?
            }
        };
        match answers.into_iter().next() {
            Some(Ok(id)) => {
                self.records.push((kind, id));
                Ok(Some(id))
            }
            Some(Err(error)) => {
                self.refuse(kind, error)?;
                Ok(None)
            }
            None => Err(anyhow::anyhow!("a write of one record gave no answer").into()),
        }
    }

    /// Brings the lead into the won stage of its pipeline; its gates hold.
    async fn close(&mut self, lead: &Record, version: i64, mut values: Values) -> Result<()> {
        let pipelines = pipelines::load(self.operation.tx()).await?;
        match won_stage(&pipelines, lead) {
            Some(stage) => {
                values.insert("stage_id".into(), Value::Id(stage));
            }
            None if !is_won(&pipelines, lead) => {
                let problem = Problem::Other(
                    "The lead's pipeline has no stage that means won. Add one in the settings."
                        .into(),
                );
                self.errors
                    .push(FieldError::new("lead.stage_id", "Stage", problem));
                return Ok(());
            }
            None => {}
        }
        if values.is_empty() {
            return self.tell_lead(lead.id).await;
        }
        let draft = Draft {
            values,
            ..Draft::default()
        };
        let draft = draft.at_version(version);
        let answers = self
            .operation
            .change(Kind::Lead, vec![(lead.id, draft)])
            .await?;
        if let Some(Err(error)) = answers.into_iter().next() {
            return self.refuse(Kind::Lead, error);
        }
        Ok(())
    }

    /// A lead that was converted before does not move again; its pages are told all the same that
    /// it has become more.
    async fn tell_lead(&mut self, lead: RecordId) -> Result<()> {
        let schema = schema::load(self.ctx, Kind::Lead).await?;
        let stored = read::fetch_for_update(self.operation.tx(), &schema, &[lead]).await?;
        for stored in stored {
            self.operation
                .log_beside(Kind::Lead, &stored, What::Changed, None, &json!({}))
                .await?;
        }
        Ok(())
    }

    /// Keeps what does not fit, under its part's name; everything else ends the conversion.
    fn refuse(&mut self, kind: Kind, error: Error) -> Result<()> {
        let Error::Invalid(errors) = error else {
            return Err(Failure::Domain(error));
        };
        self.errors
            .extend(errors.into_iter().map(|error| FieldError {
                field: part_field(kind, &error.field),
                ..error
            }));
        Ok(())
    }
}

/// Adds a link to those that there are.
fn join(values: &mut Values, key: &str, id: RecordId) {
    let mut links = match values.remove(key) {
        Some(Value::Links(links)) => links,
        _ => Vec::new(),
    };
    let link = Linked::to(id);
    if key == "company_id" {
        // A deal has one company: the one that the lead has become.
        links.clear();
    }
    if !links.contains(&link) {
        links.push(link);
    }
    values.insert(key.to_owned(), Value::Links(links));
}

fn pipeline_of<'a>(pipelines: &'a [Pipeline], lead: &Record) -> Option<&'a Pipeline> {
    let id = lead.value("pipeline_id").as_id();
    pipelines.iter().find(|pipeline| Some(pipeline.id) == id)
}

/// The won stage that the lead is to go to; none where it is in one, or there is none.
fn won_stage(pipelines: &[Pipeline], lead: &Record) -> Option<RecordId> {
    let won = pipeline_of(pipelines, lead)?
        .stages
        .iter()
        .find(|stage| stage.meaning == Meaning::Won)?;
    (!is_won(pipelines, lead)).then_some(won.id)
}

fn is_won(pipelines: &[Pipeline], lead: &Record) -> bool {
    let here = lead.value("stage_id").as_id();
    pipeline_of(pipelines, lead).is_some_and(|pipeline| {
        pipeline
            .stages
            .iter()
            .any(|stage| Some(stage.id) == here && stage.meaning == Meaning::Won)
    })
}
