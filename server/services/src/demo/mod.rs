//! A believable company, made from a seed and always the same: people, clients, and eighteen
//! months of sales in four languages. Nothing here reads a clock: the last day is `ctx.now`.
//!
//! Records go through the one write path, dates of the past included, as an import's do. What
//! cannot be lived through again — who moved what when — is written by [`history`] in their wake.

mod clients;
mod company;
mod history;
mod outline;
mod sales;
mod story;
mod words;

use domain::Error;
use domain::timeline::Via;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::Ctx;
use crate::failure::{Result, settle};
use crate::live::Announcement;
use crate::records::write::Operation;

pub use company::{PASSWORD, USERS};

/// Everything is drawn from this.
const SEED: u64 = 0x00DE_A1F1_2026;

/// How much there will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// Companies.
    pub companies: usize,
    /// Contacts.
    pub contacts: usize,
    /// Leads.
    pub leads: usize,
    /// Deals of new business.
    pub new_business: usize,
    /// Deals of renewal.
    pub renewals: usize,
}

impl Amounts {
    /// The demonstration that people see.
    pub const FULL: Self = Self {
        companies: 400,
        contacts: 900,
        leads: 1_200,
        new_business: 2_000,
        renewals: 500,
    };
}

/// What a database holds, as far as a demonstration cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// No organisation: it may be filled.
    Nothing,
    /// A demonstration.
    Demonstration,
    /// Somebody's real data.
    RealOrganisation,
}

/// Looks what the database holds, so that a demonstration never lands in real data.
pub async fn look(ctx: &Ctx) -> Result<Found, Error> {
    settle(ctx, "demo.look", find(ctx).await)
}

/// Sets up an organisation and fills it. `told` hears in words how far it is. All or nothing.
///
/// Refused with [`Error::Forbidden`] for anybody but the system itself, and where there is an
/// organisation already.
pub async fn fill(
    ctx: &Ctx,
    amounts: Amounts,
    told: &mut (dyn FnMut(&str) + Send),
) -> Result<(), Error> {
    settle(ctx, "demo.fill", fill_now(ctx, amounts, told).await)
}

async fn find(ctx: &Ctx) -> Result<Found> {
    let sql = "select demo from organisation";
    let row = ctx
        .db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    Ok(
        match row.map(|row| row.try_get_by_index::<bool>(0)).transpose()? {
            None => Found::Nothing,
            Some(true) => Found::Demonstration,
            Some(false) => Found::RealOrganisation,
        },
    )
}

async fn fill_now(ctx: &Ctx, amounts: Amounts, told: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    if !ctx.actor.is_system() {
        return Err(Error::Forbidden("Only the command line makes demonstrations.".into()).into());
    }
    if find(ctx).await? != Found::Nothing {
        let words = "There is an organisation in this database already.";
        return Err(Error::Forbidden(words.into()).into());
    }
    let mut rng = StdRng::seed_from_u64(SEED);
    let mut operation = Operation::begin(ctx, Via::System, "Demonstration").await?;
    told("Setting up the organisation, its people and pipelines");
    let staff = company::make(ctx, &mut operation).await?;
    let outline = outline::make(ctx, &mut operation).await?;
    told("Making companies, contacts and products");
    let clients = clients::make(ctx, &mut operation, &mut rng, &staff, amounts).await?;
    told("Making leads and deals");
    let stories = sales::make(
        ctx,
        &mut operation,
        &mut rng,
        &staff,
        &outline,
        &clients,
        amounts,
    )
    .await?;
    told("Writing eighteen months of history");
    history::write(ctx, &mut operation, &stories).await?;
    operation.commit().await?;
    // Fresh statistics: the first board is opened at once.
    ctx.db.execute_unprepared("analyze").await?;
    ctx.publisher.announce(Announcement::Workspace);
    Ok(())
}
