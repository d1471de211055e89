//! Phone numbers or e-mail addresses: a line each, with an empty one at the end.

use domain::Value;
use domain::contact_point::{ContactPoint, PointType};
use domain::field::FieldType;
use leptos::prelude::*;

use super::input::OnValue;
use crate::i18n::{t_string, use_i18n};
use crate::ui::{Button, ButtonSize, ButtonVariant, Glyph, InputKind, TextInput};

/// Lines for phone numbers or e-mail addresses.
#[component]
pub fn PointsInput(
    /// Phone or e-mail.
    point_type: PointType,
    /// What stands in it first.
    initial: Value,
    /// Called at every change.
    on_value: OnValue,
    /// Whether the first line takes the focus.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let first: Vec<ContactPoint> = match initial {
        Value::Points(points) => points,
        _ => Vec::new(),
    };
    let first = if first.is_empty() {
        vec![ContactPoint::new(point_type, "")]
    } else {
        first
    };
    let next_key = StoredValue::new(first.len());
    let lines = RwSignal::new(first.into_iter().enumerate().collect::<Vec<_>>());
    let tell = move || {
        let points = lines.with_untracked(|lines| lines.iter().map(|(_, p)| p.clone()).collect());
        on_value.run(FieldType::Points(point_type).check(Value::Points(points)));
    };
    let add = move |_| {
        let key = next_key.get_value();
        next_key.set_value(key + 1);
        lines.update(|lines| lines.push((key, ContactPoint::new(point_type, ""))));
    };
    let (kind, label, more) = match point_type {
        PointType::Phone => (
            InputKind::Phone,
            t_string!(i18n, fields.phone),
            t_string!(i18n, fields.add_phone),
        ),
        PointType::Email => (
            InputKind::Email,
            t_string!(i18n, fields.email),
            t_string!(i18n, fields.add_email),
        ),
    };
    let line = move |(key, point): (usize, ContactPoint)| {
        let on_input = Callback::new(move |text: String| {
            lines.update(|lines| {
                if let Some((_, point)) = lines.iter_mut().find(|(other, _)| *other == key) {
                    point.text = text;
                }
            });
            tell();
        });
        view! {
            <TextInput kind=kind label=label initial=point.text on_input=on_input autofocus=autofocus && key == 0 />
        }
    };
    view! {
        <div class="stack">
            <For each=move || lines.get() key=|(key, _)| *key children=line />
            <Button variant=ButtonVariant::Quiet size=ButtonSize::Small icon=Glyph::Plus on:click=add>
                {more}
            </Button>
        </div>
    }
}
