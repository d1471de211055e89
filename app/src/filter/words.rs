//! Filters in words: “Company → Industry is Software”.

use chrono::NaiveDate;
use domain::field::FieldType;
use domain::money::{group_thousands, parse_decimal};
use domain::period::Period;
use domain::query::Catalogue;
use domain::query::builder::{Lack, field_at};
use domain::query::filter::{Condition, FieldPath, Filter, ME, MY_DEPARTMENT, Operator};
use domain::workspace::Workspace;
use domain::{FieldDef, Kind};

use super::state::RecordTitles;
use crate::dates::{self, I18n};
use crate::fields::value_text;
use crate::i18n::t_string;

/// A filter in words, a sentence for each of the parts that must all hold. Records that conditions
/// name are told by their numbers.
#[must_use]
pub fn filter_words(i18n: I18n, workspace: &Workspace, kind: Kind, filter: &Filter) -> Vec<String> {
    let catalogue = Catalogue::of(workspace);
    let words = Words {
        i18n,
        workspace,
        catalogue: &catalogue,
        titles: &RecordTitles::new(),
        kind,
    };
    match filter {
        Filter::And(parts) => parts.iter().map(|part| words.of(part).text).collect(),
        part => vec![words.of(part).text],
    }
}

/// What is said, and whether it names what is gone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub text: String,
    pub gone: bool,
}

/// What words are made of.
pub(super) struct Words<'a> {
    pub i18n: I18n,
    pub workspace: &'a Workspace,
    pub catalogue: &'a Catalogue,
    pub titles: &'a RecordTitles,
    pub kind: Kind,
}

impl Words<'_> {
    /// A filter in words.
    pub fn of(&self, filter: &Filter) -> Said {
        match filter {
            Filter::And(parts) if parts.is_empty() => {
                whole(t_string!(self.i18n, filter.everything))
            }
            Filter::Or(parts) if parts.is_empty() => whole(t_string!(self.i18n, filter.nothing)),
            Filter::And(parts) => self.joined(parts, t_string!(self.i18n, filter.and)),
            Filter::Or(parts) => self.joined(parts, t_string!(self.i18n, filter.or)),
            Filter::Not(part) => {
                let said = self.inner(part);
                Said {
                    text: t_string!(self.i18n, filter.not, what = said.text),
                    ..said
                }
            }
            Filter::Is(condition) => self.condition(condition),
        }
    }

    fn joined(&self, parts: &[Filter], word: &str) -> Said {
        let said: Vec<Said> = parts.iter().map(|part| self.inner(part)).collect();
        let texts: Vec<&str> = said.iter().map(|said| said.text.as_str()).collect();
        Said {
            text: texts.join(&format!(" {word} ")),
            gone: said.iter().any(|said| said.gone),
        }
    }

    /// A part of a group; in brackets where it is a group itself.
    fn inner(&self, filter: &Filter) -> Said {
        let said = self.of(filter);
        match filter {
            Filter::And(parts) | Filter::Or(parts) if parts.len() > 1 => Said {
                text: format!("({})", said.text),
                ..said
            },
            _ => said,
        }
    }

    fn condition(&self, condition: &Condition) -> Said {
        let i18n = self.i18n;
        let Some((field, hop)) = field_at(&condition.path, self.kind, self.catalogue) else {
            let path = condition.path.to_string();
            return Said {
                text: t_string!(i18n, filter.gone_field, field = path),
                gone: true,
            };
        };
        let of_kind = hop.map_or(self.kind, |(_, kind)| kind);
        let mut gone = false;
        let values: Vec<String> = condition
            .operands
            .iter()
            .map(|operand| {
                let said = self.operand(field, of_kind, condition.operator, operand);
                gone |= said.gone;
                said.text
            })
            .collect();
        let word = match condition.operator {
            Operator::Between => t_string!(i18n, filter.and),
            _ => t_string!(i18n, filter.or),
        };
        let name = field_name(i18n, self.kind, self.catalogue, &condition.path).unwrap_or_default();
        let operator = operator_name(i18n, condition.operator, field.field_type);
        let value = values.join(&format!(" {word} "));
        let text = t_string!(
            i18n,
            filter.condition,
            field = name,
            operator = operator,
            value = value
        );
        let text = text.trim().to_owned();
        let fits = condition
            .check(self.catalogue.fields(self.kind), |kind| {
                self.catalogue.fields(kind)
            })
            .is_ok();
        if fits {
            return Said { text, gone };
        }
        Said {
            text: t_string!(i18n, filter.does_not_fit, what = text),
            gone: true,
        }
    }

    fn operand(&self, field: &FieldDef, kind: Kind, operator: Operator, operand: &str) -> Said {
        let i18n = self.i18n;
        if operator == Operator::During {
            return whole(&period_words(i18n, operand));
        }
        if operand.trim().is_empty() {
            return whole(t_string!(i18n, filter.no_value));
        }
        let quoted = || t_string!(i18n, filter.quoted, text = operand);
        if matches!(operator, Operator::Contains | Operator::StartsWith) {
            return whole(&quoted());
        }
        match field.field_type {
            FieldType::User | FieldType::Users if operand == ME => {
                return whole(t_string!(i18n, filter.me));
            }
            FieldType::User | FieldType::Users if operand == MY_DEPARTMENT => {
                return whole(t_string!(i18n, filter.my_department));
            }
            FieldType::Choice | FieldType::Choices => return self.choice(field, operand),
            FieldType::Stage | FieldType::Pipeline | FieldType::LostReason => {
                let known = choices(i18n, self.workspace, field, kind)
                    .into_iter()
                    .find(|(value, _)| value == operand);
                return known.map_or_else(
                    || self.gone(&format!("#{operand}")),
                    |(_, label)| whole(&label),
                );
            }
            FieldType::Link(kind) | FieldType::Links(kind) => {
                let id = operand.trim().parse().unwrap_or_default();
                let title = self.titles.get(&(kind, id));
                return whole(&title.cloned().unwrap_or_else(|| format!("#{operand}")));
            }
            FieldType::Text | FieldType::Url | FieldType::Points(_) => return whole(&quoted()),
            FieldType::Money => {
                if let Ok(number) = parse_decimal(operand) {
                    return whole(&group_thousands(&number.normalize().to_string()));
                }
            }
            FieldType::DateTime => {
                if let Ok(day) = operand.trim().parse::<NaiveDate>() {
                    return whole(&dates::day(i18n, day, NaiveDate::default()));
                }
            }
            _ => {}
        }
        match field.parse(operand) {
            Ok(value) => whole(&value_text(
                i18n,
                self.workspace,
                field,
                &value,
                NaiveDate::default(),
            )),
            Err(_) => whole(&quoted()),
        }
    }

    fn choice(&self, field: &FieldDef, key: &str) -> Said {
        match field.options.iter().find(|option| option.key == key) {
            Some(option) if option.retired => {
                let label = crate::labels::option(self.i18n, field, key);
                whole(&t_string!(self.i18n, filter.retired, label = label))
            }
            Some(_) => whole(&crate::labels::option(self.i18n, field, key)),
            None => self.gone(key),
        }
    }

    fn gone(&self, what: &str) -> Said {
        Said {
            text: t_string!(self.i18n, filter.gone_choice, choice = what),
            gone: true,
        }
    }
}

fn whole(text: &str) -> Said {
    Said {
        text: text.to_owned(),
        gone: false,
    }
}

/// A field's name at the end of its path: “Company → Industry”. None where the path leads nowhere.
pub(super) fn field_name(
    i18n: I18n,
    kind: Kind,
    catalogue: &Catalogue,
    path: &FieldPath,
) -> Option<String> {
    let (field, hop) = field_at(path, kind, catalogue)?;
    let name = crate::labels::field(i18n, field);
    Some(match hop {
        None => name,
        Some((link, _)) => {
            let link = crate::labels::field(i18n, link);
            t_string!(i18n, filter.through, link = link, field = name)
        }
    })
}

/// How a field is compared, in the words of its type.
pub(super) fn operator_name(i18n: I18n, operator: Operator, field_type: FieldType) -> &'static str {
    let is_day = matches!(field_type, FieldType::Date | FieldType::DateTime);
    let has_many = matches!(
        field_type,
        FieldType::Choices | FieldType::Users | FieldType::Links(_)
    );
    match operator {
        Operator::Is if is_day => t_string!(i18n, filter.operator.on),
        Operator::Is if has_many => t_string!(i18n, filter.operator.has),
        Operator::Is => t_string!(i18n, filter.operator.is),
        Operator::IsNot if is_day => t_string!(i18n, filter.operator.not_on),
        Operator::IsNot if has_many => t_string!(i18n, filter.operator.has_not),
        Operator::IsNot => t_string!(i18n, filter.operator.is_not),
        Operator::Contains => t_string!(i18n, filter.operator.contains),
        Operator::StartsWith => t_string!(i18n, filter.operator.starts),
        Operator::Less if is_day => t_string!(i18n, filter.operator.before),
        Operator::Less => t_string!(i18n, filter.operator.less),
        Operator::AtMost if is_day => t_string!(i18n, filter.operator.until),
        Operator::AtMost => t_string!(i18n, filter.operator.at_most),
        Operator::Greater if is_day => t_string!(i18n, filter.operator.after),
        Operator::Greater => t_string!(i18n, filter.operator.more),
        Operator::AtLeast if is_day => t_string!(i18n, filter.operator.since),
        Operator::AtLeast => t_string!(i18n, filter.operator.at_least),
        Operator::Between => t_string!(i18n, filter.operator.between),
        Operator::During => t_string!(i18n, filter.operator.during),
        Operator::Empty => t_string!(i18n, filter.operator.empty),
        Operator::Filled => t_string!(i18n, filter.operator.filled),
    }
}

/// A period in words.
pub(super) fn period_words(i18n: I18n, text: &str) -> String {
    let Some(period) = Period::parse(text) else {
        return t_string!(i18n, filter.quoted, text = text);
    };
    let days = |one: &str, many: String, days: u16| if days == 1 { one.to_owned() } else { many };
    match period {
        Period::LastDays(n) => days(
            t_string!(i18n, filter.period.last_day),
            t_string!(i18n, filter.period.last_days, days = n),
            n,
        ),
        Period::NextDays(n) => days(
            t_string!(i18n, filter.period.next_day),
            t_string!(i18n, filter.period.next_days, days = n),
            n,
        ),
        Period::OlderThanDays(n) => days(
            t_string!(i18n, filter.period.older_day),
            t_string!(i18n, filter.period.older_days, days = n),
            n,
        ),
        Period::Days(from, to) => {
            let day = |day| dates::day(i18n, day, NaiveDate::default());
            t_string!(i18n, filter.period.span, from = day(from), to = day(to))
        }
        named => named_period(i18n, named).map_or_else(|| named.to_string(), str::to_owned),
    }
}

/// A period that needs no number, in words.
pub(super) fn named_period(i18n: I18n, period: Period) -> Option<&'static str> {
    Some(match period {
        Period::Today => t_string!(i18n, filter.period.today),
        Period::Yesterday => t_string!(i18n, filter.period.yesterday),
        Period::Tomorrow => t_string!(i18n, filter.period.tomorrow),
        Period::ThisWeek => t_string!(i18n, filter.period.this_week),
        Period::LastWeek => t_string!(i18n, filter.period.last_week),
        Period::NextWeek => t_string!(i18n, filter.period.next_week),
        Period::ThisMonth => t_string!(i18n, filter.period.this_month),
        Period::LastMonth => t_string!(i18n, filter.period.last_month),
        Period::NextMonth => t_string!(i18n, filter.period.next_month),
        Period::ThisQuarter => t_string!(i18n, filter.period.this_quarter),
        Period::LastQuarter => t_string!(i18n, filter.period.last_quarter),
        Period::NextQuarter => t_string!(i18n, filter.period.next_quarter),
        Period::ThisYear => t_string!(i18n, filter.period.this_year),
        Period::LastYear => t_string!(i18n, filter.period.last_year),
        Period::NextYear => t_string!(i18n, filter.period.next_year),
        Period::Past => t_string!(i18n, filter.period.past),
        Period::Future => t_string!(i18n, filter.period.future),
        _ => return None,
    })
}

/// What there is to choose from for a field that is compared with some of a list: value and label.
/// `kind` is the one that the field belongs to.
pub(super) fn choices(
    i18n: I18n,
    workspace: &Workspace,
    field: &FieldDef,
    kind: Kind,
) -> Vec<(String, String)> {
    match field.field_type {
        FieldType::Choice | FieldType::Choices => field
            .options
            .iter()
            .map(|option| {
                let label = crate::labels::option(i18n, field, &option.key);
                let label = if option.retired {
                    t_string!(i18n, filter.retired, label = label)
                } else {
                    label
                };
                (option.key.to_string(), label)
            })
            .collect(),
        FieldType::User | FieldType::Users => {
            let mut people = vec![(ME.to_owned(), t_string!(i18n, filter.me).to_owned())];
            if workspace.actor.department.is_some() {
                let mine = t_string!(i18n, filter.my_department).to_owned();
                people.push((MY_DEPARTMENT.to_owned(), mine));
            }
            // Old records belong to those who left, too.
            let (active, left): (Vec<_>, Vec<_>) =
                workspace.people.iter().partition(|person| person.active);
            let name =
                |person: &domain::workspace::Person| (person.id.to_string(), person.name.clone());
            people.extend(active.into_iter().map(name));
            people.extend(left.into_iter().map(name));
            people
        }
        FieldType::Stage => {
            let several = workspace.pipelines_of(kind).count() > 1;
            workspace
                .pipelines_of(kind)
                .flat_map(|pipeline| {
                    pipeline.stages.iter().map(move |stage| {
                        let label = if several {
                            format!("{}: {}", pipeline.name, stage.name)
                        } else {
                            stage.name.clone()
                        };
                        (stage.id.to_string(), label)
                    })
                })
                .collect()
        }
        FieldType::Pipeline => workspace
            .pipelines_of(kind)
            .map(|pipeline| (pipeline.id.to_string(), pipeline.name.clone()))
            .collect(),
        FieldType::LostReason => workspace
            .lost_reasons
            .iter()
            .map(|reason| (reason.id.to_string(), reason.name.clone()))
            .collect(),
        _ => Vec::new(),
    }
}

/// What a row still lacks, in words.
pub(super) fn lack_words(i18n: I18n, operator: Operator, lack: &Lack) -> String {
    match lack {
        Lack::Field => t_string!(i18n, filter.lacks_field).to_owned(),
        Lack::Gone => t_string!(i18n, filter.lacks_gone).to_owned(),
        Lack::Value => t_string!(i18n, filter.lacks_value).to_owned(),
        Lack::Wrong(_) if operator == Operator::During => {
            t_string!(i18n, filter.lacks_period, most = domain::period::MOST_DAYS)
        }
        Lack::Wrong(problem) => crate::labels::problem(i18n, problem),
    }
}
