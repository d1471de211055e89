//! The document's title: the only place that may write `<Title>`.
//!
//! `leptos_meta` 0.8 writes the title unescaped into the page's head, so a deal's name could end
//! it and go on as markup. On the server the text goes through [`escape_text`] here; in the
//! browser it is set as a property and needs nothing.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::Title;

use super::escape::escape_text;

const PRODUCT: &str = "Dealwright";

/// Sets the document's title to "… · Dealwright".
#[component]
pub fn PageTitle(
    /// What the page shows; empty for the product's name alone.
    #[prop(into)]
    text: TextProp,
    /// Whether the product's name follows.
    #[prop(default = true)]
    suffix: bool,
) -> impl IntoView {
    view! { <Title text=lasting(text, suffix) /> }
}

/// The title, to be asked for when the page is done. On the server another thread may have disposed
/// by then of what its text is made of, so there it is made now.
fn lasting(text: TextProp, suffix: bool) -> TextProp {
    if cfg!(feature = "ssr") {
        title(&untrack(|| text.get()), suffix).into()
    } else {
        (move || title(&text.get(), suffix)).into()
    }
}

/// The title as `leptos_meta` wants it: markup on the server, text in the browser.
fn title(text: &str, suffix: bool) -> String {
    let title = match (text.is_empty(), suffix) {
        (true, _) => PRODUCT.to_owned(),
        (false, true) => format!("{text} · {PRODUCT}"),
        (false, false) => text.to_owned(),
    };
    if cfg!(feature = "ssr") {
        escape_text(&title)
    } else {
        title
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_deal_cannot_end_the_title() {
        assert_eq!(
            title("</title><script>alert('&')</script>", true),
            "&lt;/title&gt;&lt;script&gt;alert('&amp;')&lt;/script&gt; · Dealwright"
        );
    }

    #[test]
    fn the_title_outlives_the_page_that_it_is_of() {
        let page = Owner::new();
        let title = page.with(|| {
            let name = RwSignal::new("Roof".to_owned());
            lasting((move || name.get()).into(), true)
        });
        page.cleanup();
        drop(page);
        assert_eq!(title.get(), "Roof · Dealwright");
    }

    #[test]
    fn the_product_follows_unless_told() {
        assert_eq!(title("Deals", true), "Deals · Dealwright");
        assert_eq!(title("Deals", false), "Deals");
        assert_eq!(title("", true), "Dealwright");
    }
}
