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
    view! { <Title text=move || title(&text.get(), suffix) /> }
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
    fn the_product_follows_unless_told() {
        assert_eq!(title("Deals", true), "Deals · Dealwright");
        assert_eq!(title("Deals", false), "Deals");
        assert_eq!(title("", true), "Dealwright");
    }
}
