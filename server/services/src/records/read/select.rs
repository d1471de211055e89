//! What is read of each record: the fields asked for and no others, links and contact points
//! gathered in the same statement.

use domain::field::{FieldType, Storage};
use domain::rights::Actor;
use domain::{Error, FieldDef, Kind, Problem};
use sea_orm::sea_query::Expr;

use super::reach;
use super::sql::{fill, name, plain, word};
use crate::failure::Result;
use crate::schema::Schema;

/// The alias under which every statement has the record.
pub(super) const RECORD: &str = "r";

/// Custom fields that are read one by one.
const CUSTOM_ONE_BY_ONE: usize = 8;

/// Whether linked records come with their titles.
#[derive(Debug, Clone, Copy)]
pub(super) enum Titles<'a> {
    /// Ids are enough: the writer compares them.
    Without,
    /// The titles of those that the actor may see.
    SeenBy(&'a Actor),
}

/// The fields that a statement reads, in the order of its columns.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    /// Whose fields.
    pub kind: Kind,
    /// The fields.
    pub fields: Vec<&'a FieldDef>,
    /// Whether links come with titles.
    pub titles: Titles<'a>,
    /// A field that is read only where this is so.
    pub only_where: Option<(&'static str, Expr)>,
}

impl<'a> Selection<'a> {
    /// Every field.
    pub(super) fn all(schema: &'a Schema, titles: Titles<'a>) -> Self {
        Self {
            kind: schema.kind,
            fields: schema.fields.iter().collect(),
            titles,
            only_where: None,
        }
    }

    /// The fields with these keys; every field when there are none.
    pub(super) fn of(schema: &'a Schema, keys: &[String], titles: Titles<'a>) -> Result<Self> {
        if keys.is_empty() {
            return Ok(Self::all(schema, titles));
        }
        let mut fields: Vec<&FieldDef> = Vec::with_capacity(keys.len());
        for key in keys {
            let field = schema
                .field(key)
                .ok_or_else(|| Error::field(key, key, Problem::NoSuchField))?;
            if !fields.iter().any(|known| known.key == field.key) {
                fields.push(field);
            }
        }
        Ok(Self {
            kind: schema.kind,
            fields,
            titles,
            only_where: None,
        })
    }

    /// The expressions of its columns: id, version, whether deleted, then those of each field.
    pub(super) fn columns(&self) -> Vec<Expr> {
        let mut columns = vec![
            plain("r.id"),
            plain("r.version"),
            plain("r.deleted_at IS NOT NULL"),
        ];
        let is_whole = self.is_whole();
        if is_whole {
            columns.push(plain("r.custom"));
        }
        for field in &self.fields {
            if is_whole && self.is_in_whole(field) {
                continue;
            }
            let before = columns.len();
            self.columns_of(field, &mut columns);
            if let Some((_, so)) = self
                .only_where
                .as_ref()
                .filter(|(key, _)| *key == field.key)
            {
                for column in &mut columns[before..] {
                    let always = std::mem::replace(column, plain("NULL"));
                    *column = fill("CASE WHEN $1 THEN $2 END", [so.clone(), always]);
                }
            }
        }
        columns
    }

    /// Whether custom values are read all at once: of hundreds that is cheaper than one by one, and
    /// of a few it is not.
    pub(super) fn is_whole(&self) -> bool {
        self.fields
            .iter()
            .filter(|field| field.custom_id().is_some())
            .count()
            > CUSTOM_ONE_BY_ONE
    }

    /// Whether a field's value is among those then: all but links, whose titles are elsewhere.
    pub(super) fn is_in_whole(&self, field: &FieldDef) -> bool {
        let is_link = matches!(field.field_type, FieldType::Link(_) | FieldType::Links(_));
        let titled = is_link && matches!(self.titles, Titles::SeenBy(_));
        field.custom_id().is_some() && !titled
    }

    fn columns_of(&self, field: &FieldDef, columns: &mut Vec<Expr>) {
        match (&field.storage, field.field_type) {
            (Storage::Column(column), FieldType::Link(kind)) => {
                columns.push(column_of(column));
                if let Titles::SeenBy(actor) = self.titles {
                    columns.push(title(actor, kind, &format!("{RECORD}.{}", name(column))));
                }
            }
            (Storage::Column(column), _) => columns.push(column_of(column)),
            (Storage::MoneyColumns { amount, currency }, _) => {
                columns.push(column_of(amount));
                columns.push(column_of(currency));
            }
            (Storage::Custom(id), FieldType::Link(kind) | FieldType::Links(kind)) => {
                columns.push(self.gathered(
                    kind,
                    "k.id::bigint",
                    &format!(
                        "jsonb_array_elements_text(CASE WHEN jsonb_typeof(r.custom -> '{id}') = \
                         'array' THEN r.custom -> '{id}' END) WITH ORDINALITY k(id, place)"
                    ),
                    "k.place",
                ));
            }
            (Storage::Custom(id), _) => columns.push(plain(format!("r.custom -> '{id}'"))),
            (Storage::Links, FieldType::Link(kind) | FieldType::Links(kind)) => {
                let from = format!(
                    "record_link k WHERE k.from_kind = {} AND k.from_id = r.id AND k.field = {}",
                    word(self.kind.as_str()),
                    word(&field.key)
                );
                columns.push(self.gathered(kind, "k.to_id", &from, "k.position, k.to_id"));
            }
            (Storage::LinksBack { from, field }, _) => {
                let rows = format!(
                    "record_link k WHERE k.to_kind = {} AND k.to_id = r.id AND k.from_kind = {} \
                     AND k.field = {}",
                    word(self.kind.as_str()),
                    word(from.as_str()),
                    word(field)
                );
                columns.push(self.gathered(*from, "k.from_id", &rows, "k.from_id"));
            }
            (Storage::Points, FieldType::Points(point_type)) => columns.push(plain(format!(
                "(SELECT jsonb_agg(jsonb_build_object('point_type', p.point_type, 'text', p.text, \
                 'label', p.label) ORDER BY p.position, p.id) FROM contact_point p WHERE p.kind = \
                 {} AND p.record_id = r.id AND p.point_type = {} AND p.field = '')",
                word(self.kind.as_str()),
                word(point_type.as_str())
            ))),
            (Storage::Observers, _) => columns.push(plain(format!(
                "(SELECT jsonb_agg(o.user_id ORDER BY o.user_id) FROM record_observer o WHERE \
                 o.kind = {} AND o.record_id = r.id)",
                word(self.kind.as_str())
            ))),
            // A description that names a place its type cannot be kept in: nothing is there.
            (Storage::Links | Storage::Points, _) => columns.push(plain("NULL::jsonb")),
        }
    }

    /// Linked records as `[[id, title], …]`.
    fn gathered(&self, kind: Kind, id: &str, rows: &str, order: &str) -> Expr {
        match self.titles {
            Titles::Without => plain(format!(
                "(SELECT jsonb_agg(jsonb_build_array({id}) ORDER BY {order}) FROM {rows})"
            )),
            Titles::SeenBy(actor) => fill(
                format!(
                    "(SELECT jsonb_agg(jsonb_build_array({id}, $1) ORDER BY {order}) FROM {rows})"
                ),
                [title(actor, kind, id)],
            ),
        }
    }
}

/// A column of the record.
pub(super) fn column_of(column: &str) -> Expr {
    plain(format!("{RECORD}.{}", name(column)))
}

/// The title of a linked record, where the actor may see it.
pub(super) fn title(actor: &Actor, kind: Kind, id: &str) -> Expr {
    let template = format!(
        "(SELECT t.{} FROM {} t WHERE t.id = {id} AND t.deleted_at IS NULL",
        name(kind.title_field()),
        name(kind.as_str())
    );
    match reach::visible(actor, kind, "t") {
        None => plain(format!("{template})")),
        Some(visible) => fill(format!("{template} AND $1)"), [visible]),
    }
}
