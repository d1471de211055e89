//! The fields of every kind, for those who check questions that reach from one kind to another.

use crate::workspace::Workspace;
use crate::{FieldDef, Kind};

/// The fields of every kind, those that users made too.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue(Vec<(Kind, Vec<FieldDef>)>);

impl Catalogue {
    /// The fields that a workspace has.
    #[must_use]
    pub fn of(workspace: &Workspace) -> Self {
        Self(
            Kind::ALL
                .into_iter()
                .map(|kind| (kind, workspace.fields(kind)))
                .collect(),
        )
    }

    /// The built-in fields alone.
    #[must_use]
    pub fn built_in() -> Self {
        Self(
            Kind::ALL
                .into_iter()
                .map(|kind| (kind, kind.fields().to_vec()))
                .collect(),
        )
    }

    /// The fields of a kind.
    #[must_use]
    pub fn fields(&self, kind: Kind) -> &[FieldDef] {
        self.0
            .iter()
            .find(|(of, _)| *of == kind)
            .map_or(&[], |(_, fields)| fields)
    }
}
