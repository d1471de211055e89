//! The funnel on a wall: it covers the screen, as large as it can be read from afar.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::query;
use crate::i18n::{t_string, use_i18n};
use crate::ui::{Glyph, IconButton};

/// Puts the funnel on the wall and takes it off again. The address says which, so that a wall can
/// be given its own; Escape leaves it.
#[component]
pub(super) fn WallSwitch(
    /// Whether it is on the wall.
    #[prop(into)]
    is_wall: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let params = use_query_map();
    let navigate = use_navigate();
    let set_wall = move |wall: bool| {
        if is_wall.get_untracked() == wall {
            return;
        }
        let word = if wall { "1" } else { "" };
        let address = params.with_untracked(|params| query::with(params, &[(query::WALL, word)]));
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&address, options);
    };
    let leave = {
        let set_wall = set_wall.clone();
        move || {
            if document().fullscreen_element().is_some() {
                document().exit_fullscreen();
            }
            set_wall(false);
        }
    };
    Effect::new({
        let (set_wall, leave) = (set_wall.clone(), leave.clone());
        move |_| {
            let leave = leave.clone();
            let escape = window_event_listener(ev::keydown, move |event| {
                if event.key() == "Escape" && is_wall.get_untracked() {
                    leave();
                }
            });
            // In full screen the browser keeps Escape for itself, and says so like this.
            let set_wall = set_wall.clone();
            let ended = window_event_listener(ev::fullscreenchange, move |_| {
                if document().fullscreen_element().is_none() {
                    set_wall(false);
                }
            });
            on_cleanup(move || {
                escape.remove();
                ended.remove();
            });
        }
    });
    let press = move |_| {
        if is_wall.get_untracked() {
            leave();
        } else {
            set_wall(true);
            // A browser may refuse; then it covers the window.
            if let Some(root) = document().document_element() {
                let _ = root.request_fullscreen();
            }
        }
    };
    let glyphs = move || {
        if is_wall.get() {
            Glyph::ExitFullScreen
        } else {
            Glyph::FullScreen
        }
    };
    let label = move || {
        if is_wall.get() {
            t_string!(i18n, funnel.leave_wall)
        } else {
            t_string!(i18n, funnel.wall)
        }
    };
    view! {
        {move || {
            view! { <IconButton glyph=glyphs() label on:click=press.clone() /> }
        }}
    }
}
