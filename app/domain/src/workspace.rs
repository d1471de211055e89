//! What every page needs to know: who is signed in, the people, the pipelines, the settings.

use serde::{Deserialize, Serialize};

use crate::money::Currency;
use crate::pipeline::{LostReason, Pipeline, Stage};
use crate::rights::{Actor, Role};
use crate::{DepartmentId, FieldDef, Kind, PipelineId, StageId, UserId};

/// The workspace of a signed-in user, read once and again when it changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workspace {
    /// The organisation's name.
    pub organisation: String,
    /// The currency offered first.
    pub currency: Currency,
    /// Whether leads are in use.
    pub leads: bool,
    /// Whether this is a demonstration.
    pub demo: bool,
    /// Who is signed in, and what they may do.
    pub actor: Actor,
    /// Who is signed in, as a person.
    pub me: Person,
    /// The user's time zone, an IANA name.
    pub time_zone: String,
    /// The offset of that time zone now, in seconds east of Greenwich: pages show local times
    /// without a table of time zones.
    pub utc_offset: i32,
    /// `light`, `dark` or `auto`.
    pub theme: String,
    /// Everyone, those who left too: old records name them.
    pub people: Vec<Person>,
    /// The departments.
    pub departments: Vec<Department>,
    /// The pipelines of all kinds, in order.
    pub pipelines: Vec<Pipeline>,
    /// The reasons for losing, in order.
    pub lost_reasons: Vec<LostReason>,
    /// Names of what has been put away: old records and the history say them still.
    #[serde(default)]
    pub past: PastNames,
    /// Fields that users made, kind by kind.
    pub custom_fields: Vec<(Kind, Vec<FieldDef>)>,
}

impl Workspace {
    /// A person's name.
    #[must_use]
    pub fn name_of(&self, user: UserId) -> &str {
        self.people
            .iter()
            .find(|person| person.id == user)
            .map_or("?", |person| &person.name)
    }

    /// The pipelines of a kind.
    pub fn pipelines_of(&self, kind: Kind) -> impl Iterator<Item = &Pipeline> {
        self.pipelines
            .iter()
            .filter(move |pipeline| pipeline.kind == kind)
    }

    /// A pipeline of a kind: the one asked for, else the first.
    #[must_use]
    pub fn pipeline(&self, kind: Kind, id: Option<PipelineId>) -> Option<&Pipeline> {
        self.pipelines_of(kind)
            .find(|pipeline| Some(pipeline.id) == id)
            .or_else(|| self.pipelines_of(kind).next())
    }

    /// A stage of any pipeline.
    #[must_use]
    pub fn stage(&self, id: StageId) -> Option<&Stage> {
        self.pipelines
            .iter()
            .find_map(|pipeline| pipeline.stage(id))
    }

    /// The name of a stage, one that has been put away too.
    #[must_use]
    pub fn stage_name(&self, id: StageId) -> Option<&str> {
        let now = self.stage(id).map(|stage| stage.name.as_str());
        now.or_else(|| PastNames::find(&self.past.stages, id))
    }

    /// The name of a pipeline, one that has been put away too.
    #[must_use]
    pub fn pipeline_name(&self, id: PipelineId) -> Option<&str> {
        let now = self.pipelines.iter().find(|pipeline| pipeline.id == id);
        now.map(|pipeline| pipeline.name.as_str())
            .or_else(|| PastNames::find(&self.past.pipelines, id))
    }

    /// The name of a reason for losing, one that is retired too.
    #[must_use]
    pub fn lost_reason_name(&self, id: i64) -> Option<&str> {
        let now = self.lost_reasons.iter().find(|reason| reason.id == id);
        now.map(|reason| reason.name.as_str())
            .or_else(|| PastNames::find(&self.past.lost_reasons, id))
    }

    /// All fields of a kind, built-in ones first.
    #[must_use]
    pub fn fields(&self, kind: Kind) -> Vec<FieldDef> {
        let mut fields = kind.fields().to_vec();
        for (of, custom) in &self.custom_fields {
            if *of == kind {
                fields.extend(custom.iter().cloned());
            }
        }
        fields
    }
}

/// Names of pipelines, stages and reasons for losing that are not offered any more.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PastNames {
    /// Pipelines.
    pub pipelines: Vec<(PipelineId, String)>,
    /// Stages.
    pub stages: Vec<(StageId, String)>,
    /// Reasons for losing.
    pub lost_reasons: Vec<(i64, String)>,
}

impl PastNames {
    fn find(names: &[(i64, String)], id: i64) -> Option<&str> {
        names
            .iter()
            .find(|(other, _)| *other == id)
            .map(|(_, name)| name.as_str())
    }
}

/// A user as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The user.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their department.
    pub department: Option<DepartmentId>,
    /// Their roles.
    pub roles: Vec<Role>,
    /// Whether they can sign in.
    pub active: bool,
}

/// A department in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// Its name.
    pub name: String,
    /// The one above it.
    pub parent: Option<DepartmentId>,
    /// Its head.
    pub head: Option<UserId>,
}

/// What the set-up page asks. What a form leaves out is empty, and then named as missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SetUp {
    /// The organisation's name.
    pub organisation: String,
    /// The administrator's name.
    pub name: String,
    /// The administrator's e-mail address.
    pub email: String,
    /// The administrator's password, at least ten characters.
    pub password: String,
    /// The currency offered first.
    pub currency: String,
    /// The organisation's time zone, an IANA name.
    pub time_zone: String,
    /// Whether leads are used.
    pub leads: bool,
    /// Which pipelines to begin with.
    pub preset: String,
}

/// What the set-up page offers to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUpOffer {
    /// The presets, in order.
    pub presets: Vec<PresetOutline>,
    /// The names of all time zones, in order.
    pub time_zones: Vec<String>,
}

/// A preset of pipelines as the set-up page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetOutline {
    /// Its key: `sales`, `services` or `wholesale`.
    pub key: String,
    /// The names and colours of the open stages that deals go through, in order.
    pub stages: Vec<(String, String)>,
}

/// Characters a password needs (NIST SP 800-63B asks for eight; ten costs nothing).
pub const PASSWORD_LENGTH: usize = 10;
