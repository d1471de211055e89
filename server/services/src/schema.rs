//! The fields of a kind as the database knows them: built-in ones from `domain`, custom ones from
//! rows, and for each the expression that reads it.
//!
//! Custom fields are read once for each version of them. Every question asks which version holds
//! now, so that a field made on another node is there with the next request.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use domain::field::{FieldType, Storage};
use domain::{FieldDef, Kind};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use crate::Ctx;
use crate::failure::Result;
use crate::fields::rows;

/// All fields of a kind. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Whose.
    pub kind: Kind,
    /// Built-in ones first.
    pub fields: Arc<[FieldDef]>,
    /// Where each stands among them: of a hundred fields, thousands are asked for in an import.
    places: Arc<HashMap<Box<str>, usize>>,
}

impl Schema {
    /// The built-in fields alone.
    #[must_use]
    pub fn built_in(kind: Kind) -> Self {
        static BUILT_IN: LazyLock<BTreeMap<Kind, Schema>> = LazyLock::new(|| {
            let schema = |kind: Kind| (kind, Schema::of(kind, kind.fields().to_vec()));
            Kind::ALL.into_iter().map(schema).collect()
        });
        let known = BUILT_IN.get(&kind).cloned();
        known.unwrap_or_else(|| Self::of(kind, Vec::new()))
    }

    fn of(kind: Kind, fields: Vec<FieldDef>) -> Self {
        let places = fields
            .iter()
            .enumerate()
            .map(|(place, field)| (field.key.as_ref().into(), place))
            .collect();
        Self {
            kind,
            fields: fields.into(),
            places: Arc::new(places),
        }
    }

    /// A field.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&FieldDef> {
        self.fields.get(*self.places.get(key)?)
    }

    /// The fields that users made.
    pub fn custom(&self) -> impl Iterator<Item = &FieldDef> {
        self.fields
            .iter()
            .filter(|field| field.custom_id().is_some())
    }
}

/// The fields of all kinds as one version has them.
#[derive(Debug)]
struct Version {
    version: String,
    kinds: BTreeMap<Kind, Schema>,
}

impl Version {
    fn schema(&self, kind: Kind) -> Schema {
        let known = self.kinds.get(&kind).cloned();
        known.unwrap_or_else(|| Schema::built_in(kind))
    }
}

/// Versions that are remembered: one is enough for a server, some more for tests with a database
/// each.
const REMEMBERED: usize = 16;
/// A version is an identifier that is unique in the world, so that this needs no word about the
/// database it is of.
static KNOWN: Mutex<VecDeque<Arc<Version>>> = Mutex::new(VecDeque::new());

fn known() -> MutexGuard<'static, VecDeque<Arc<Version>>> {
    // Nothing panics while it is held; if it did, the list would still be whole.
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The schema of a kind as it is now: as it was when the request began, where that is known.
///
/// # Errors
/// The database's.
pub async fn load(ctx: &Ctx, kind: Kind) -> Result<Schema> {
    Ok(of_request(ctx).await?.schema(kind))
}

/// The schemas of all kinds as they are now, for the price of one.
///
/// # Errors
/// The database's.
pub async fn load_all(ctx: &Ctx) -> Result<Vec<Schema>> {
    let version = of_request(ctx).await?;
    Ok(Kind::ALL
        .into_iter()
        .map(|kind| version.schema(kind))
        .collect())
}

/// The version that the request goes by. The one that came with its visitor costs nothing where it
/// is remembered.
async fn of_request(ctx: &Ctx) -> Result<Arc<Version>> {
    if let Some(there) = ctx.fields.as_deref().and_then(remembered) {
        return Ok(there);
    }
    let sql = "select version::text from custom_field_version";
    current(&ctx.db, Statement::from_string(DbBackend::Postgres, sql)).await
}

fn remembered(version: &str) -> Option<Arc<Version>> {
    let known = known();
    known.iter().find(|known| known.version == version).cloned()
}

/// The schema of a kind for a transaction that is going to write its records: what is decided by
/// it holds until the transaction ends.
pub(crate) async fn load_for_writing(tx: &DatabaseTransaction, kind: Kind) -> Result<Schema> {
    let sql = "select fields_for_writing($1)::text";
    let values = [kind.as_str().into()];
    let version = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    Ok(current(tx, version).await?.schema(kind))
}

/// The fields that users made, kind by kind, in order.
pub(crate) async fn custom_fields(ctx: &Ctx) -> Result<Vec<(Kind, Vec<FieldDef>)>> {
    let version = of_request(ctx).await?;
    Ok(Kind::ALL
        .into_iter()
        .map(|kind| (kind, version.schema(kind).custom().cloned().collect()))
        .filter(|(_, fields): &(Kind, Vec<FieldDef>)| !fields.is_empty())
        .collect())
}

async fn current(db: &impl ConnectionTrait, version: Statement) -> Result<Arc<Version>> {
    let row = db.query_one_raw(version).await?;
    let version: String = row
        .ok_or_else(|| anyhow::anyhow!("custom fields have no version"))?
        .try_get_by_index(0)?;
    if let Some(there) = remembered(&version) {
        return Ok(there);
    }
    let (version, custom) = rows::all(db).await?;
    let mut kinds: BTreeMap<Kind, Vec<FieldDef>> = BTreeMap::new();
    for (kind, field) in custom {
        kinds
            .entry(kind)
            .or_insert_with(|| kind.fields().to_vec())
            .push(field);
    }
    let read = Arc::new(Version {
        version,
        kinds: kinds
            .into_iter()
            .map(|(kind, fields)| (kind, Schema::of(kind, fields)))
            .collect(),
    });
    let mut known = known();
    known.push_front(read.clone());
    known.truncate(REMEMBERED);
    Ok(read)
}

/// The SQL type of a column that holds a field of this type: for casts, and for the test that
/// compares descriptions with the database.
#[must_use]
pub const fn column_type(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Integer
        | FieldType::User
        | FieldType::Link(_)
        | FieldType::Stage
        | FieldType::Pipeline
        | FieldType::LostReason => "bigint",
        FieldType::Decimal | FieldType::Percent | FieldType::Money => "numeric",
        FieldType::YesNo => "boolean",
        FieldType::Date => "date",
        FieldType::DateTime => "timestamp with time zone",
        FieldType::Choices | FieldType::Users | FieldType::Links(_) | FieldType::Points(_) => {
            "jsonb"
        }
        FieldType::Text | FieldType::LongText | FieldType::Choice | FieldType::Url => "text",
    }
}

/// The columns of the kind's table that hold a field, if it is held there.
#[must_use]
pub fn columns(field: &FieldDef) -> Vec<&str> {
    match &field.storage {
        Storage::Column(column) => vec![column],
        Storage::MoneyColumns { amount, currency } => vec![amount, currency],
        _ => Vec::new(),
    }
}

/// Whether the field's column is never null, so that an order by it needs no care for empty values
/// and can follow an index. A test compares this with the database.
#[must_use]
pub fn always_filled(kind: Kind, field: &FieldDef) -> bool {
    matches!(field.storage, Storage::Column(_))
        && (field.required
            || field.key == kind.title_field()
            || matches!(
                field.key.as_ref(),
                "created_at" | "updated_at" | "stage_since" | "everyone"
            ))
}
