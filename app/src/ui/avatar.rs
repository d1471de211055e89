//! A person in a circle: initials on a colour that stays the same everywhere.

use leptos::prelude::*;

use super::class::join;

/// How large the circle is: 24, 20 or 40 px.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarSize {
    #[default]
    Medium,
    Small,
    Large,
}

impl AvatarSize {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Medium => "",
            Self::Small => "avatar--small",
            Self::Large => "avatar--large",
        }
    }
}

const HUES: [&str; 8] = [
    "avatar--h0",
    "avatar--h1",
    "avatar--h2",
    "avatar--h3",
    "avatar--h4",
    "avatar--h5",
    "avatar--h6",
    "avatar--h7",
];

/// A person's initials. The style sheet writes them, so that they are neither read out nor copied.
#[component]
pub fn Avatar(
    /// The person's name.
    #[prop(into)]
    name: String,
    /// The person's id, which chooses the colour; without it the name does.
    #[prop(optional, into)]
    id: Option<i64>,
    /// How large.
    #[prop(optional)]
    size: AvatarSize,
    /// Whether the name stands beside it already, so that it need not be read out.
    #[prop(optional)]
    decorative: bool,
) -> impl IntoView {
    let class = join(["avatar", hue(id, &name), size.as_str()]);
    let initials = initials(&name);
    if decorative {
        view! { <span class=class data-initials=initials aria-hidden="true"></span> }.into_any()
    } else {
        view! {
            <span
                class=class
                data-initials=initials
                role="img"
                aria-label=name.clone()
                title=name
            ></span>
        }
        .into_any()
    }
}

fn hue(id: Option<i64>, name: &str) -> &'static str {
    let seed = id.unwrap_or_else(|| name.bytes().map(i64::from).sum());
    let index = usize::try_from(seed.rem_euclid(8)).unwrap_or_default();
    HUES[index]
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_first_and_last_word() {
        assert_eq!(initials("Anna Maria Nowak"), "AN");
        assert_eq!(initials("пётр соколов"), "ПС");
        assert_eq!(initials("सुनीता पाटील"), "सप");
        assert_eq!(initials("  (Acme)  "), "A");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn the_colour_belongs_to_the_id() {
        assert_eq!(hue(Some(11), "Anna"), "avatar--h3");
        assert_eq!(hue(Some(-1), "Anna"), "avatar--h7");
        assert_eq!(hue(None, "Anna"), hue(None, "Anna"));
    }

    #[test]
    fn it_says_the_name() {
        let html = view! { <Avatar name="Anna \"A\" <Nowak>" id=3 /> }.to_html();
        assert!(html.contains(r#"role="img""#), "{html}");
        assert!(html.contains(r"&quot;A&quot;"), "{html}");
        let html = view! { <Avatar name="Anna" decorative=true /> }.to_html();
        assert!(html.contains(r#"aria-hidden="true""#), "{html}");
    }
}
