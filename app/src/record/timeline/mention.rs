//! The input of a note: `@` offers people to name, Ctrl+Enter sends.

use domain::UserId;
use domain::markdown::Names;
use leptos::ev;
use leptos::html::Textarea;
use leptos::prelude::*;

use crate::i18n::{t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Avatar, AvatarSize, TextArea};

/// People offered at once.
const OFFERED: usize = 6;
/// Characters behind an `@` that may still become a name.
const LONGEST: usize = 40;

/// The input of a note's text, within its [`crate::ui::Field`].
#[component]
pub(super) fn NoteInput(
    /// The id of the list of people; unique in the document.
    id: String,
    /// The text.
    text: RwSignal<String>,
    /// Called when somebody types.
    on_text: Callback<String>,
    /// Called at Ctrl+Enter.
    on_send: Callback<()>,
    /// How many lines it shows at least.
    rows: u32,
    /// What it is for.
    #[prop(optional, into)]
    placeholder: String,
    /// Whether it takes the focus.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let area = NodeRef::<Textarea>::new();
    // What stands between the `@` and the caret, while somebody may be meant.
    let wanted = RwSignal::new(None::<String>);
    let highlighted = RwSignal::new(0usize);
    let people = Memo::new(move |_| {
        let Some(wanted) = wanted.get() else {
            return Vec::new();
        };
        let wanted = wanted.to_lowercase();
        workspace.with(|workspace| {
            let fits = |name: &str| {
                let name = name.to_lowercase();
                name.starts_with(&wanted) || name.split(' ').any(|word| word.starts_with(&wanted))
            };
            let active = workspace.people.iter().filter(|person| person.active);
            active
                .filter(|person| fits(&person.name))
                .take(OFFERED)
                .map(|person| (person.id, person.name.clone()))
                .collect::<Vec<(UserId, String)>>()
        })
    });
    let look = move || {
        let typed = area.get_untracked().and_then(|area| before_caret(&area));
        let begun = typed.as_deref().and_then(begun_name).map(str::to_owned);
        if begun != wanted.get_untracked() {
            highlighted.set(0);
            wanted.set(begun);
        }
    };
    let on_input = Callback::new(move |typed: String| {
        text.set(typed.clone());
        on_text.run(typed);
        look();
    });
    let pick = move |user: UserId| {
        let label = workspace.with_untracked(|workspace| {
            let people = &workspace.people;
            let names = Names::of(
                people
                    .iter()
                    .map(|person| (person.id, person.name.as_str(), person.email.as_str())),
            );
            names.label(user).map(str::to_owned)
        });
        let (Some(label), Some(area)) = (label, area.get_untracked()) else {
            return;
        };
        let Some(before) = before_caret(&area) else {
            return;
        };
        let Some(begun) = begun_name(&before) else {
            return;
        };
        let after = area.value()[before.len()..].to_owned();
        let named = format!("{}{label} ", &before[..before.len() - begun.len()]);
        let caret = u32::try_from(named.encode_utf16().count()).ok();
        let typed = format!("{named}{after}");
        area.set_value(&typed);
        // Where the browser refuses, the caret stands at the end.
        let _ = area.focus();
        let _ = area.set_selection_start(caret);
        let _ = area.set_selection_end(caret);
        text.set(typed.clone());
        on_text.run(typed);
        wanted.set(None);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = people.with_untracked(Vec::len);
        match event.key().as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => {
                event.prevent_default();
                on_send.run(());
            }
            "ArrowDown" if count > 0 => {
                event.prevent_default();
                highlighted.update(|at| *at = (*at + 1) % count);
            }
            "ArrowUp" if count > 0 => {
                event.prevent_default();
                highlighted.update(|at| *at = (*at + count - 1) % count);
            }
            "Enter" | "Tab" if count > 0 => {
                event.prevent_default();
                let chosen = people.with_untracked(|p| p.get(highlighted.get_untracked()).cloned());
                if let Some((user, _)) = chosen {
                    pick(user);
                }
            }
            "Escape" if count > 0 => {
                // The panel around it must not close as well.
                event.prevent_default();
                event.stop_propagation();
                wanted.set(None);
            }
            _ => {}
        }
    };
    let option_id = {
        let id = id.clone();
        move |at: usize| format!("{id}-{at}")
    };
    let active = {
        let option_id = option_id.clone();
        move || (!people.with(Vec::is_empty)).then(|| option_id(highlighted.get()))
    };
    let list_id = id.clone();
    view! {
        <div class="noteinput" on:keydown=on_key on:click=move |_| look()>
            <TextArea
                class="composer__text"
                rows=rows
                value=text
                on_input=on_input
                placeholder=placeholder
                autofocus=autofocus
                node_ref=area
                attr:aria-autocomplete="list"
                attr:aria-controls=list_id
                attr:aria-activedescendant=active
            />
            <ul
                class="picker__found noteinput__people"
                class=("noteinput__people--open", move || !people.with(Vec::is_empty))
                id=id
                role="listbox"
                aria-label=t_string!(i18n, record.people)
            >
                {move || {
                    let option_id = option_id.clone();
                    people
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(at, (user, name))| {
                            view! {
                                <li
                                    class="picker__option"
                                    id=option_id(at)
                                    role="option"
                                    aria-selected=move || (highlighted.get() == at).to_string()
                                    aria-current=move || (highlighted.get() == at).then_some("true")
                                    // Before the input loses the focus.
                                    on:mousedown=move |event| {
                                        event.prevent_default();
                                        pick(user);
                                    }
                                >
                                    <Avatar name=name.clone() id=user size=AvatarSize::Small decorative=true />
                                    <span class="cut" dir="auto">{name}</span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </div>
    }
}

/// The text up to the caret; none while something is selected.
fn before_caret(area: &web_sys::HtmlTextAreaElement) -> Option<String> {
    let (start, end) = (area.selection_start().ok()??, area.selection_end().ok()??);
    if start != end {
        return None;
    }
    let units: Vec<u16> = area.value().encode_utf16().collect();
    let before = units.get(..usize::try_from(start).ok()?)?;
    String::from_utf16(before).ok()
}

/// What follows an `@` that begins a word, up to the end of the text.
fn begun_name(before: &str) -> Option<&str> {
    let at = before.rfind('@')?;
    let begins = before[..at]
        .chars()
        .next_back()
        .is_none_or(|c| !c.is_alphanumeric());
    let begun = &before[at + 1..];
    let could_be = !begun.contains('\n') && begun.chars().count() <= LONGEST;
    (begins && could_be).then_some(begun)
}

#[cfg(test)]
mod tests {
    use super::begun_name;

    #[test]
    fn a_name_begins_behind_an_at_that_begins_a_word() {
        assert_eq!(begun_name("@"), Some(""));
        assert_eq!(begun_name("Ask @Anna No"), Some("Anna No"));
        assert_eq!(begun_name("(@שי"), Some("שי"));
        assert_eq!(begun_name("anna@example"), None);
        assert_eq!(begun_name("@Anna\nthen"), None);
        assert_eq!(begun_name("no one"), None);
    }
}
