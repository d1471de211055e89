//! The recycle bin of a kind: `/deals/bin`. What was deleted waits here until it is restored, whole
//! and with its links; administrators can delete it for ever.

pub mod api;
mod bar;
mod purge;
mod state;
mod table;

use domain::Kind;
use domain::bulk::BinPage as Page;
use domain::rights::{Action, Scope};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::{NavigateOptions, params::ParamsMap};

use self::api::load_bin;
use self::bar::BinBar;
use self::purge::PurgeDialog;
use self::state::Bin;
use self::table::BinTable;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::{Failed, use_workspace};
use crate::resource::resource;
use crate::ui::{
    Button, ButtonVariant, Empty, Glyph, InputKind, LinkButton, PageTitle, Skeleton, SkeletonKind,
    TextInput,
};

/// A part of the title, in the address.
const TEXT: &str = "q";

/// The recycle bin of a kind.
#[component]
pub fn BinPage(
    /// Of which kind.
    kind: Kind,
) -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let text = Memo::new(move |_| query.with(|query| query.get(TEXT).unwrap_or_default()));
    let page = resource(move || text.get(), move |text| load_bin(kind, text, None));
    let title = move || {
        let kinds = labels::kind_many(i18n, kind);
        t_string!(i18n, recycle_bin.title_of, kinds = kinds)
    };
    view! {
        <PageTitle text=title />
        <section class="page page--scroll bin">
            <Head kind text />
            <Transition fallback=|| {
                view! {
                    <div class="page__body page__body--pad">
                        <Skeleton kind=SkeletonKind::Row count=8 />
                    </div>
                }
            }>
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(first) => {
                            let text = text.get_untracked();
                            view! { <Shown kind text first /> }.into_any()
                        }
                        Err(error) => {
                            view! { <Failed error on_retry=move |()| page.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
        </section>
    }
}

/// The title, the search, and the way to the other kinds' bins.
#[component]
fn Head(kind: Kind, text: Memo<String>) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let navigate = use_navigate();
    let on_search = Callback::new(move |typed: String| {
        let mut params = ParamsMap::new();
        let typed = typed.trim();
        if !typed.is_empty() {
            params.insert(TEXT, typed.to_owned());
        }
        let path = format!("/{}/bin{}", kind.plural(), params.to_query_string());
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        navigate(&path, options);
    });
    let kinds = move || {
        let sees = |of: &Kind| {
            workspace.with(|workspace| {
                workspace.actor.scope(*of, Action::Read) > Scope::None
                    && (*of != Kind::Lead || workspace.leads)
            })
        };
        Kind::ALL
            .into_iter()
            .filter(sees)
            .map(|of| {
                view! {
                    <a
                        class="segments__item"
                        href=format!("/{}/bin", of.plural())
                        aria-current=(of == kind).then_some("true")
                    >
                        {labels::kind_many(i18n, of)}
                    </a>
                }
            })
            .collect_view()
    };
    view! {
        <header class="page__head">
            <h1 class="page__title">{t!(i18n, recycle_bin.title)}</h1>
            <div class="page__tools">
                <div class="segments" role="group" aria-label=move || t_string!(i18n, recycle_bin.kinds)>
                    {kinds}
                </div>
                <TextInput
                    kind=InputKind::Search
                    label=move || t_string!(i18n, recycle_bin.search)
                    placeholder=move || t_string!(i18n, recycle_bin.search)
                    value=text
                    on_change=on_search
                />
            </div>
            <div class="page__actions">
                <LinkButton href=format!("/{}", kind.plural()) variant=ButtonVariant::Quiet>
                    {t!(i18n, recycle_bin.back)}
                </LinkButton>
            </div>
        </header>
    }
    .into_any()
}

/// What lies in the bin.
#[component]
fn Shown(kind: Kind, text: String, first: Page) -> impl IntoView {
    let i18n = use_i18n();
    let is_found = !text.trim().is_empty();
    let bin = Bin::of(kind, text, first);
    let is_administrator =
        use_workspace().with_untracked(|workspace| workspace.actor.is_administrator());
    let is_empty = Memo::new(move |_| bin.rows.with(Vec::is_empty));
    view! {
        <div class="page__body page__body--pad bin__body">
            {move || {
                if is_empty.get() {
                    if is_found {
                        view! { <p class="muted bin__none">{t!(i18n, recycle_bin.empty_found)}</p> }
                            .into_any()
                    } else {
                        view! {
                            <Empty title=move || t_string!(i18n, recycle_bin.empty) glyph=Glyph::Trash>
                                {t!(i18n, recycle_bin.empty_text)}
                            </Empty>
                        }
                            .into_any()
                    }
                } else {
                    view! {
                        <BinTable bin />
                        <div class="bin__foot">
                            {move || {
                                bin.next
                                    .with(Option::is_some)
                                    .then(|| {
                                        view! {
                                            <Button on:click=move |_| {
                                                bin.read_more();
                                            }>{t!(i18n, recycle_bin.more)}</Button>
                                        }
                                    })
                            }}
                            {(is_administrator && !is_found)
                                .then(|| {
                                    view! {
                                        <Button
                                            variant=ButtonVariant::Quiet
                                            icon=Glyph::Trash
                                            on:click=move |_| bin.ask_to_empty()
                                        >
                                            {t!(i18n, recycle_bin.empty_bin)}
                                        </Button>
                                    }
                                })}
                        </div>
                    }
                        .into_any()
                }
            }}
        </div>
        <BinBar bin is_administrator />
        <PurgeDialog bin />
    }
    .into_any()
}
