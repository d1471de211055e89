//! The form of the first run.

use domain::Error;
use domain::money::Currency;
use domain::workspace::{PASSWORD_LENGTH, PresetOutline, SetUp, SetUpOffer};
use leptos::prelude::*;

use super::api;
use super::currencies::CURRENCIES;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::ui::{
    Checkbox, Choice, Field, FormError, Gate, GateSubmit, InputKind, PageTitle, Select, TextInput,
};

/// The form behind the newest link.
#[component]
pub(super) fn SetUpForm(
    /// The link's token.
    token: String,
    /// What there is to choose from.
    offer: SetUpOffer,
) -> impl IntoView {
    let i18n = use_i18n();
    let action = ServerAction::<api::FinishSetUp>::new();
    let SetUpOffer {
        presets,
        time_zones,
    } = offer;
    let typed = typed_before();
    let problem = move |field: &'static str| {
        Signal::derive(move || {
            action.value().with(|value| {
                let error = value.as_ref()?.as_ref().err()?;
                labels::field_problem(i18n, error, field)
            })
        })
    };
    let text = Signal::derive(move || {
        action
            .value()
            .with(|value| match value.as_ref()?.as_ref().err()? {
                Error::Invalid(_) => Some(t_string!(i18n, set_up.wrong).to_owned()),
                error => Some(labels::error(i18n, error)),
            })
    });
    view! {
        <PageTitle text=move || t_string!(i18n, set_up.title) />
        <Gate
            title=move || t_string!(i18n, set_up.title)
            lead=move || t_string!(i18n, set_up.lead)
            wide=true
        >
            <ActionForm action attr:class="form">
                <FormError text />
                <input type="hidden" name="token" value=token />
                <Field
                    id="organisation"
                    label=move || t_string!(i18n, set_up.organisation)
                    error=problem("organisation")
                >
                    <TextInput
                        name="form[organisation]"
                        autocomplete="organization"
                        initial=typed.organisation
                        required=true
                        autofocus=true
                    />
                </Field>
                <div class="form__pair">
                    <Field
                        id="name"
                        label=move || t_string!(i18n, set_up.name)
                        error=problem("name")
                    >
                        <TextInput
                            name="form[name]"
                            autocomplete="name"
                            initial=typed.name
                            required=true
                        />
                    </Field>
                    <Field
                        id="email"
                        label=move || t_string!(i18n, set_up.email)
                        error=problem("email")
                    >
                        <TextInput
                            name="form[email]"
                            kind=InputKind::Email
                            autocomplete="username"
                            initial=typed.email
                            required=true
                        />
                    </Field>
                </div>
                <Field
                    id="password"
                    label=move || t_string!(i18n, set_up.password)
                    help=move || t_string!(i18n, set_up.password_help, least = PASSWORD_LENGTH)
                    error=problem("password")
                >
                    <TextInput
                        name="form[password]"
                        kind=InputKind::Password
                        autocomplete="new-password"
                        required=true
                    />
                </Field>
                <div class="form__pair">
                    <CurrencyField chosen=typed.currency error=problem("currency") />
                    <TimeZoneField time_zones chosen=typed.time_zone error=problem("time_zone") />
                </div>
                <PresetField presets chosen=typed.preset />
                <div class="field">
                    <Checkbox
                        label=move || t_string!(i18n, set_up.leads)
                        name="form[leads]"
                        value="true"
                        checked=Signal::stored(typed.leads)
                    />
                    <p class="field__help">{t!(i18n, set_up.leads_help)}</p>
                </div>
                <GateSubmit busy=action.pending()>{t!(i18n, set_up.submit)}</GateSubmit>
            </ActionForm>
        </Gate>
    }
}

#[component]
fn CurrencyField(
    /// What has been chosen before.
    chosen: String,
    /// What is wrong with it.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let options = CURRENCIES.map(|code| {
        let sign = Currency::parse(code).map_or_else(|_| String::new(), |c| c.sign().to_owned());
        let label = if sign == code {
            sign
        } else {
            format!("{code} · {sign}")
        };
        Choice::new(code, label)
    });
    view! {
        <Field id="currency" label=move || t_string!(i18n, set_up.currency) error>
            <Select
                name="form[currency]"
                options=Signal::stored(options.to_vec())
                value=Signal::stored(chosen)
            />
        </Field>
    }
}

#[component]
fn TimeZoneField(
    /// All there are.
    time_zones: Vec<String>,
    /// What has been chosen before.
    chosen: String,
    /// What is wrong with it.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let value = RwSignal::new(chosen);
    let options: Vec<_> = time_zones
        .iter()
        .map(|zone| Choice::new(zone, zone.replace('_', " ")))
        .collect();
    Effect::new(move |_| {
        // Where nothing has been chosen, the browser's own.
        if value.get_untracked() == FIRST_ZONE
            && let Some(zone) = browser_time_zone().filter(|zone| time_zones.contains(zone))
        {
            value.set(zone);
        }
    });
    view! {
        <Field
            id="time_zone"
            label=move || t_string!(i18n, set_up.time_zone)
            error
        >
            <Select
                name="form[time_zone]"
                options=Signal::stored(options)
                value
                on_change=move |zone| value.set(zone)
            />
        </Field>
    }
}

#[component]
fn PresetField(
    /// The presets.
    presets: Vec<PresetOutline>,
    /// The key of the one that is chosen.
    chosen: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let card = move |preset: PresetOutline| {
        let (key, is_chosen) = (preset.key.clone(), preset.key == chosen);
        let name = move || match key.as_str() {
            "services" => t_string!(i18n, set_up.services),
            "wholesale" => t_string!(i18n, set_up.wholesale),
            _ => t_string!(i18n, set_up.sales),
        };
        let key = preset.key.clone();
        let text = move || match key.as_str() {
            "services" => t_string!(i18n, set_up.services_text),
            "wholesale" => t_string!(i18n, set_up.wholesale_text),
            _ => t_string!(i18n, set_up.sales_text),
        };
        let stages = preset.stages.into_iter().map(|(name, color)| {
            view! {
                <li class="preset__stage" data-color=color>
                    {name}
                </li>
            }
        });
        view! {
            <label class="preset">
                <input
                    class="preset__radio"
                    type="radio"
                    name="form[preset]"
                    value=preset.key
                    checked=is_chosen
                />
                <span class="preset__name">{name}</span>
                <span class="preset__text">{text}</span>
                <ol class="preset__stages">{stages.collect_view()}</ol>
            </label>
        }
    };
    view! {
        <fieldset class="presets">
            <legend class="field__label">{t!(i18n, set_up.preset)}</legend>
            {presets.into_iter().map(card).collect_view()}
            <p class="field__help">{t!(i18n, set_up.preset_help)}</p>
        </fieldset>
    }
}

/// The zone that is chosen where the browser does not tell its own.
const FIRST_ZONE: &str = "UTC";

/// What was typed before a form without JavaScript came back, or what a new form begins with. The
/// browser takes the server's word, so that both make the same page.
fn typed_before() -> SetUp {
    SharedValue::new(|| {
        sent_back().unwrap_or_else(|| SetUp {
            currency: "EUR".to_owned(),
            time_zone: FIRST_ZONE.to_owned(),
            leads: true,
            preset: "sales".to_owned(),
            ..SetUp::default()
        })
    })
    .into_inner()
}

/// The time zone of this browser.
#[cfg(feature = "hydrate")]
fn browser_time_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into())
        .ok()?
        .as_string()
}

#[cfg(not(feature = "hydrate"))]
fn browser_time_zone() -> Option<String> {
    None
}

/// What came back with the form; only the server knows.
#[cfg(feature = "ssr")]
fn sent_back() -> Option<SetUp> {
    crate::typed::before(super::first_run::FORM)
}

#[cfg(not(feature = "ssr"))]
const fn sent_back() -> Option<SetUp> {
    None
}
