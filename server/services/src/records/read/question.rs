//! A question on its way to SQL: who asks, about which kind, with the fields of every kind that
//! it reaches.

use std::collections::BTreeMap;

use domain::field::FieldType;
use domain::query::filter::Filter;
use domain::{FieldDef, Kind};
use sea_orm::DatabaseConnection;
use sea_orm::sea_query::{Expr, SelectStatement};

use super::place::Place;
use super::reach;
use super::select::RECORD;
use super::sql::{fill, name, pattern, plain};
use crate::failure::Result;
use crate::fields::index;
use crate::schema::Schema;
use crate::{Ctx, contact_points, schema};

/// Who asks about what.
#[derive(Debug)]
pub(super) struct Question<'a> {
    /// Who asks, and when.
    pub ctx: &'a Ctx,
    /// The kind that is asked about.
    pub schema: Schema,
    /// The kinds that its links lead to, as far as the question goes through them.
    pub linked: BTreeMap<Kind, Schema>,
    /// The country of phone numbers without one.
    pub country: String,
}

impl<'a> Question<'a> {
    /// A question about all records of the kind that has these fields.
    pub(super) fn about_all(ctx: &'a Ctx, schema: Schema) -> Self {
        Self {
            ctx,
            schema,
            linked: BTreeMap::new(),
            country: String::new(),
        }
    }

    /// A question about records of a kind, with what its filter needs.
    pub(super) async fn about(ctx: &'a Ctx, kind: Kind, filter: &Filter) -> Result<Self> {
        let mut question = Self::about_all(ctx, schema::load(ctx, kind).await?);
        for condition in filter.conditions() {
            question.reach(condition.path.link.as_deref()).await?;
        }
        filter.check(&question.schema.fields, |kind| question.fields_of(kind))?;
        for condition in filter.conditions() {
            if let Ok((field, hop)) =
                condition.resolve(&question.schema.fields, |kind| question.fields_of(kind))
            {
                let of = hop.and_then(|(_, kind)| question.linked.get(&kind));
                index::asked(ctx, of.unwrap_or(&question.schema), field);
            }
        }
        if question.asks_for_points(filter) {
            question.country = contact_points::country(ctx, &ctx.db).await?;
        }
        Ok(question)
    }

    /// Loads the fields of the kind that a link leads to.
    pub(super) async fn reach(&mut self, link: Option<&str>) -> Result<()> {
        let field = link.and_then(|link| self.schema.field(link));
        if let Some(FieldType::Link(kind) | FieldType::Links(kind)) = field.map(|f| f.field_type)
            && !self.linked.contains_key(&kind)
        {
            self.linked
                .insert(kind, schema::load(self.ctx, kind).await?);
        }
        Ok(())
    }

    /// The fields of a kind that was reached.
    pub(super) fn fields_of(&self, kind: Kind) -> &[FieldDef] {
        self.linked.get(&kind).map_or(&[], |schema| &schema.fields)
    }

    fn asks_for_points(&self, filter: &Filter) -> bool {
        filter.conditions().into_iter().any(|condition| {
            condition
                .resolve(&self.schema.fields, |kind| self.fields_of(kind))
                .is_ok_and(|(field, _)| matches!(field.field_type, FieldType::Points(_)))
        })
    }

    /// The record in the statement.
    pub(super) fn place(&self) -> Place<'static> {
        Place {
            kind: self.schema.kind,
            alias: RECORD,
        }
    }

    /// What every record of the answer must be: within reach, and what [`Question::meets`] says.
    pub(super) fn conditions(
        &self,
        filter: &Filter,
        text: Option<&str>,
        deleted: bool,
    ) -> Result<Vec<Expr>> {
        let mut conditions = self.meets(filter, text, deleted)?;
        conditions.extend(self.visible());
        Ok(conditions)
    }

    /// Without a word about rights: in use (or deleted), let through by the filter, with the text
    /// in its title.
    pub(super) fn meets(
        &self,
        filter: &Filter,
        text: Option<&str>,
        deleted: bool,
    ) -> Result<Vec<Expr>> {
        let mut conditions = vec![plain(if deleted {
            "r.deleted_at IS NOT NULL"
        } else {
            "r.deleted_at IS NULL"
        })];
        if !filter.is_everything() {
            conditions.push(self.predicate(filter, self.place())?);
        }
        if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
            conditions.push(fill(
                format!("r.{} ILIKE $1", name(self.schema.kind.title_field())),
                [pattern("%", text, "%")],
            ));
        }
        Ok(conditions)
    }

    /// The connections for a question with this filter and this text. Without them its plan is the
    /// same whatever its values are, and may be kept.
    pub(super) fn pool(&self, filter: &Filter, text: Option<&str>) -> &'a DatabaseConnection {
        if filter.is_everything() && text.is_none_or(|text| text.trim().is_empty()) {
            &self.ctx.db
        } else {
            &self.ctx.questions
        }
    }

    /// Whether the asker may see the record; none where everything may be seen.
    pub(super) fn visible(&self) -> Option<Expr> {
        reach::visible(&self.ctx.actor, self.schema.kind, RECORD)
    }

    /// A statement over the records that meet the conditions.
    pub(super) fn select(&self, conditions: Vec<Expr>) -> SelectStatement {
        let mut select = SelectStatement::new();
        select.from_as(self.schema.kind.as_str(), RECORD);
        for condition in conditions {
            select.and_where(condition);
        }
        select
    }
}
