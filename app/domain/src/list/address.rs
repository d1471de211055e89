//! The address of a list: `?view=3&filter=owner_id:is:me&q=chairs&sort=-amount,title&columns=title:240,amount`.
//!
//! A part that is missing is the view's, where one is named, else the kind's usual; a part that is
//! there and empty is nothing. So a view can be opened without its filter.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::columns::{WIDEST, can_sort};
use crate::query::{Filter, Sort};
use crate::view::{ViewColumn, ViewSpec};
use crate::{Error, FieldDef, FieldError, Kind, Problem, ViewId};

/// Parts of an address.
const VIEW: &str = "view";
const FILTER: &str = "filter";
const TEXT: &str = "q";
const SORT: &str = "sort";
const COLUMNS: &str = "columns";

/// What an address says, part by part.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Address {
    /// The view.
    pub view: Option<ViewId>,
    filter: Option<Filter>,
    text: Option<String>,
    sort: Option<Vec<Sort>>,
    columns: Option<Vec<ViewColumn>>,
    /// What in it cannot be read.
    pub faults: Vec<Fault>,
}

/// Something in an address, or in a view, that makes no sense, or no longer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// There is no such view for the reader.
    View,
    /// The filter cannot be read at all.
    Filter(Problem),
    /// One condition of the filter names no field or does not fit its field.
    Condition(FieldError),
    /// The field by which to sort is not there, or cannot be sorted by.
    Sort(String),
    /// The column is not there.
    Column(String),
}

impl Address {
    /// Reads an address; `part` gives its parts.
    #[must_use]
    pub fn read(part: impl Fn(&str) -> Option<String>) -> Self {
        let mut faults = Vec::new();
        let view = part(VIEW).filter(|text| !text.is_empty()).and_then(|text| {
            let id = text.parse().ok();
            if id.is_none() {
                faults.push(Fault::View);
            }
            id
        });
        let filter = part(FILTER).map(|text| {
            text.parse().unwrap_or_else(|problem| {
                faults.push(Fault::Filter(problem));
                Filter::everything()
            })
        });
        Self {
            view,
            filter,
            text: part(TEXT),
            sort: part(SORT).map(|text| read_sort(&text)),
            columns: part(COLUMNS).map(|text| read_columns(&text)),
            faults,
        }
    }

    /// What the list shows: what the address says over what the view says.
    #[must_use]
    pub fn over(&self, view: Option<&ViewSpec>) -> ViewSpec {
        let view = view.cloned().unwrap_or_default();
        ViewSpec {
            filter: self.filter.clone().unwrap_or(view.filter),
            text: self.text.clone().map_or(view.text, |text| {
                let text = text.trim();
                (!text.is_empty()).then(|| text.to_owned())
            }),
            sort: self.sort.clone().unwrap_or(view.sort),
            columns: self.columns.clone().unwrap_or(view.columns),
        }
    }
}

/// The parts of the address that shows this; those that say what the view says anyway are left
/// out.
#[must_use]
pub fn write(view: Option<(ViewId, &ViewSpec)>, spec: &ViewSpec) -> Vec<(&'static str, String)> {
    let usual = ViewSpec::default();
    let base = view.map_or(&usual, |(_, spec)| spec);
    let mut parts = Vec::new();
    if let Some((id, _)) = view {
        parts.push((VIEW, id.to_string()));
    }
    let mut put = |key, text: fn(&ViewSpec) -> String| {
        let now = text(spec);
        if now != text(base) {
            parts.push((key, now));
        }
    };
    put(FILTER, |spec| spec.filter.clone().into());
    put(TEXT, |spec| {
        spec.text
            .as_deref()
            .map(str::trim)
            .unwrap_or_default()
            .to_owned()
    });
    put(SORT, |spec| write_sort(&spec.sort));
    put(COLUMNS, |spec| write_columns(&spec.columns));
    parts
}

/// The parts as they stand behind a path, with the question mark; empty for none.
///
/// The router unescapes twice, so a percent sign is escaped twice.
#[must_use]
pub fn query_string(parts: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (index, (key, value)) in parts.iter().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(key);
        text.push('=');
        for c in value.chars() {
            match c {
                'A'..='Z'
                | 'a'..='z'
                | '0'..='9'
                | '-'
                | '_'
                | '.'
                | '~'
                | ':'
                | ','
                | '('
                | ')'
                | '*' => text.push(c),
                '%' => text.push_str("%2525"),
                other => {
                    for byte in other.encode_utf8(&mut [0; 4]).bytes() {
                        // Writing to a string does not fail.
                        let _ = write!(text, "%{byte:02X}");
                    }
                }
            }
        }
    }
    text
}

/// What of a list's description makes sense with the fields that there are, and what does not.
/// Conditions that do not fit are left out of the filter, and nothing else.
#[must_use]
pub fn mend<'a>(
    spec: &ViewSpec,
    fields: &'a [FieldDef],
    fields_of: impl Fn(Kind) -> &'a [FieldDef] + Copy,
) -> (ViewSpec, Vec<Fault>) {
    let mut faults = Vec::new();
    let filter = prune(
        &spec.filter,
        &mut |condition| match Filter::Is(condition.clone()).check(fields, fields_of) {
            Ok(()) => true,
            Err(Error::Invalid(errors)) => {
                faults.extend(errors.into_iter().map(Fault::Condition));
                false
            }
            Err(_) => false,
        },
    );
    let known = |key: &str| fields.iter().find(|field| field.key == key);
    let mut sort: Vec<Sort> = Vec::new();
    for key in &spec.sort {
        if !known(&key.field).is_some_and(can_sort) {
            faults.push(Fault::Sort(key.field.clone()));
        } else if sort.iter().all(|earlier| earlier.field != key.field) {
            sort.push(key.clone());
        }
    }
    let mut columns: Vec<ViewColumn> = Vec::new();
    for column in &spec.columns {
        if known(&column.field).is_none() {
            faults.push(Fault::Column(column.field.clone()));
        } else if columns.iter().all(|earlier| earlier.field != column.field) {
            columns.push(column.clone());
        }
    }
    let mended = ViewSpec {
        filter: filter.unwrap_or_default(),
        text: spec.text.clone(),
        sort,
        columns,
    };
    (mended, faults)
}

/// The filter without the conditions that do not fit; none where nothing is left of it.
fn prune(
    filter: &Filter,
    fits: &mut impl FnMut(&crate::query::Condition) -> bool,
) -> Option<Filter> {
    let mut left = |parts: &[Filter]| -> Vec<Filter> {
        parts.iter().filter_map(|part| prune(part, fits)).collect()
    };
    match filter {
        Filter::And(parts) => {
            let kept = left(parts);
            (parts.is_empty() || !kept.is_empty()).then_some(Filter::And(kept))
        }
        Filter::Or(parts) => {
            let kept = left(parts);
            (parts.is_empty() || !kept.is_empty()).then_some(Filter::Or(kept))
        }
        Filter::Not(part) => prune(part, fits).map(|part| Filter::Not(Box::new(part))),
        Filter::Is(condition) => fits(condition).then(|| filter.clone()),
    }
}

fn read_sort(text: &str) -> Vec<Sort> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| Sort {
            field: part.trim_start_matches('-').to_owned(),
            descending: part.starts_with('-'),
        })
        .collect()
}

fn write_sort(sort: &[Sort]) -> String {
    let keys: Vec<String> = sort
        .iter()
        .map(|key| format!("{}{}", if key.descending { "-" } else { "" }, key.field))
        .collect();
    keys.join(",")
}

fn read_columns(text: &str) -> Vec<ViewColumn> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (field, width) = match part.split_once(':') {
                Some((field, width)) => (field, width.parse().ok()),
                None => (part, None),
            };
            ViewColumn {
                field: field.to_owned(),
                width: width.map(|width: u16| width.clamp(*WIDEST.start(), *WIDEST.end())),
            }
        })
        .collect()
}

fn write_columns(columns: &[ViewColumn]) -> String {
    let all: Vec<String> = columns
        .iter()
        .map(|column| match column.width {
            Some(width) => format!("{}:{width}", column.field),
            None => column.field.clone(),
        })
        .collect();
    all.join(",")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::query::Operator;

    fn read(parts: &[(&str, &str)]) -> Address {
        let parts: BTreeMap<_, _> = parts.iter().copied().collect();
        Address::read(|key| parts.get(key).map(|text| (*text).to_owned()))
    }

    fn mended(spec: &ViewSpec) -> (ViewSpec, Vec<Fault>) {
        mend(spec, Kind::Deal.fields(), Kind::fields)
    }

    #[test]
    fn an_address_says_more_than_its_view() {
        let view = ViewSpec {
            filter: Filter::is("owner_id", Operator::Is, &["me"]),
            text: Some("chairs".into()),
            sort: read_sort("-amount"),
            columns: read_columns("title,amount"),
        };
        assert_eq!(read(&[("view", "3")]).over(Some(&view)), view);
        let bare = read(&[("view", "3"), ("filter", ""), ("q", ""), ("sort", "title")]);
        let spec = bare.over(Some(&view));
        assert!(spec.filter.is_everything());
        assert_eq!(spec.text, None);
        assert_eq!(write_sort(&spec.sort), "title");
        assert_eq!(spec.columns, view.columns);
        assert_eq!(
            write(Some((3, &view)), &spec),
            [
                ("view", "3".to_owned()),
                ("filter", String::new()),
                ("q", String::new()),
                ("sort", "title".to_owned())
            ]
        );
        assert_eq!(write(Some((3, &view)), &view), [("view", "3".to_owned())]);
        assert!(write(None, &ViewSpec::default()).is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_told_and_left_out() {
        let address = read(&[("view", "x"), ("filter", "and(")]);
        assert_eq!(address.faults.len(), 2);
        assert_eq!(address.over(None), ViewSpec::default());
    }

    #[test]
    fn what_is_gone_is_told_and_the_rest_stays() {
        let spec = read(&[
            (
                "filter",
                "and(colour:is:red,owner_id:is:me,or(amount:has:1,not(a.b:is:c)))",
            ),
            ("sort", "-amount,colour,contacts,amount"),
            ("columns", "title:9,colour,amount:120,amount"),
        ])
        .over(None);
        let (left, faults) = mended(&spec);
        assert_eq!(left.filter.to_string(), "and(owner_id:is:me)");
        assert_eq!(write_sort(&left.sort), "-amount");
        assert_eq!(write_columns(&left.columns), "title:56,amount:120");
        let told: Vec<String> = faults
            .iter()
            .map(|fault| match fault {
                Fault::Condition(error) => error.field.clone(),
                Fault::Sort(key) | Fault::Column(key) => key.clone(),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            told,
            ["colour", "amount", "a.b", "colour", "contacts", "colour"]
        );
        let nothing = read(&[("filter", "or(colour:is:red)")]).over(None);
        assert!(
            mended(&nothing).0.filter.is_everything(),
            "an “or” of nothing would be nothing"
        );
    }

    #[test]
    fn an_address_can_be_read_by_people_and_survives_the_router() {
        let parts = [("filter", "and(a:is:b)".to_owned()), ("q", "5% ä&".into())];
        assert_eq!(
            query_string(&parts),
            "?filter=and(a:is:b)&q=5%2525%20%C3%A4%26"
        );
        assert_eq!(query_string(&[]), "");
    }

    fn unescaped(text: &str) -> String {
        let bytes = text.as_bytes();
        let mut out = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let hex = text
                .get(at + 1..at + 3)
                .filter(|_| bytes[at] == b'%')
                .and_then(|hex| u8::from_str_radix(hex, 16).ok());
            if let Some(byte) = hex {
                out.push(byte);
                at += 3;
            } else {
                out.push(bytes[at]);
                at += 1;
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    fn any_spec() -> impl Strategy<Value = ViewSpec> {
        let key = || prop::sample::select(vec!["title", "amount", "stage_id", "c12"]);
        let sort = (key(), any::<bool>()).prop_map(|(field, descending)| Sort {
            field: field.to_owned(),
            descending,
        });
        let column =
            (key(), prop::option::of(56_u16..=800)).prop_map(|(field, width)| ViewColumn {
                field: field.to_owned(),
                width,
            });
        let filter = prop::option::of(".{0,20}").prop_map(|operand| {
            operand.map_or_else(Filter::everything, |operand| {
                Filter::is("title", Operator::Contains, &[&operand])
            })
        });
        (
            filter,
            prop::option::of("[^ ].{0,12}[^ ]"),
            prop::collection::vec(sort, 0..4),
            prop::collection::vec(column, 0..5),
        )
            .prop_map(|(filter, text, sort, columns)| ViewSpec {
                filter,
                text: text
                    .map(|text| text.trim().to_owned())
                    .filter(|text| !text.is_empty()),
                sort,
                columns,
            })
    }

    proptest! {
        #[test]
        fn every_list_survives_its_address(
            spec in any_spec(),
            view in prop::option::of((1_i64..9, any_spec())),
        ) {
            let parts = write(view.as_ref().map(|(id, spec)| (*id, spec)), &spec);
            let text = query_string(&parts);
            let read: BTreeMap<String, String> = text
                .trim_start_matches('?')
                .split('&')
                .filter_map(|part| part.split_once('='))
                .map(|(key, value)| (key.to_owned(), unescaped(&unescaped(value))))
                .collect();
            let address = Address::read(|key| read.get(key).cloned());
            prop_assert!(address.faults.is_empty());
            prop_assert_eq!(address.view, view.as_ref().map(|(id, _)| *id));
            prop_assert_eq!(address.over(view.as_ref().map(|(_, spec)| spec)), spec);
        }

        #[test]
        fn no_address_is_too_strange(filter in ".{0,60}", sort in ".{0,30}", columns in ".{0,30}") {
            let address = read(&[("filter", &filter), ("sort", &sort), ("columns", &columns)]);
            let (left, _) = mended(&address.over(None));
            prop_assert_eq!(mended(&left).1, []);
        }
    }
}
