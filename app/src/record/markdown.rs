//! Formatted text as elements. The server has read it into a tree, and each part of the tree is an
//! element of ours: nothing of what somebody wrote becomes markup.

use domain::UserId;
use domain::markdown::{Block, Inline};
use leptos::prelude::*;

use crate::layout::use_workspace;

/// The blocks of a text.
pub(super) fn blocks(text: &[Block]) -> AnyView {
    text.iter().map(block).collect_view().into_any()
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Paragraph(text) => view! { <p dir="auto">{inlines(text)}</p> }.into_any(),
        Block::Heading(text) => {
            view! { <p class="formatted__head" dir="auto">{inlines(text)}</p> }.into_any()
        }
        Block::Quote(text) => view! { <blockquote>{blocks(text)}</blockquote> }.into_any(),
        Block::List { start, items } => {
            let items = items
                .iter()
                .map(|item| view! { <li dir="auto">{item_of(item)}</li> })
                .collect_view();
            match start {
                Some(start) => view! { <ol start=start.to_string()>{items}</ol> }.into_any(),
                None => view! { <ul>{items}</ul> }.into_any(),
            }
        }
        Block::Code(text) => {
            view! { <pre tabindex="0"><code>{text.clone()}</code></pre> }.into_any()
        }
        Block::Rule => view! { <hr /> }.into_any(),
    }
}

/// An item of one paragraph is its words alone.
fn item_of(item: &[Block]) -> AnyView {
    match item {
        [Block::Paragraph(text)] => inlines(text),
        [Block::Paragraph(text), rest @ ..] => view! {
            {inlines(text)}
            {blocks(rest)}
        }
        .into_any(),
        item => blocks(item),
    }
}

fn inlines(text: &[Inline]) -> AnyView {
    text.iter().map(inline).collect_view().into_any()
}

fn inline(inline: &Inline) -> AnyView {
    match inline {
        Inline::Text(text) => text.clone().into_any(),
        Inline::Bold(text) => view! { <strong>{inlines(text)}</strong> }.into_any(),
        Inline::Italic(text) => view! { <em>{inlines(text)}</em> }.into_any(),
        Inline::Struck(text) => view! { <s>{inlines(text)}</s> }.into_any(),
        Inline::Code(text) => view! { <code>{text.clone()}</code> }.into_any(),
        Inline::Link { href, text } => {
            let href = href.as_str().to_owned();
            view! {
                <a class="link" href=href target="_blank" rel="noopener noreferrer nofollow">
                    {inlines(text)}
                </a>
            }
            .into_any()
        }
        Inline::Mention(user) => mention(*user),
        Inline::Break => view! { <br /> }.into_any(),
    }
}

fn mention(user: UserId) -> AnyView {
    let workspace = use_workspace().get_untracked();
    let is_me = workspace.me.id == user;
    let name = format!("@{}", workspace.name_of(user));
    view! {
        <b class="mention" class=("mention--me", is_me) dir="auto">{name}</b>
    }
    .into_any()
}
