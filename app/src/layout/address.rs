//! Addresses of pages.

use domain::{Kind, RecordId};

/// The page of a record.
#[must_use]
pub fn record_path(kind: Kind, id: RecordId) -> String {
    format!("/{}/{id}", kind.plural())
}

/// The sign-in page that comes back to a path of ours.
#[must_use]
pub fn sign_in_path(back: &str) -> String {
    let mut path = String::from("/sign-in?next=");
    for byte in back.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                path.push(char::from(byte));
            }
            other => {
                path.push('%');
                path.extend([other >> 4, other & 15].map(|digit| {
                    char::from_digit(digit.into(), 16)
                        .unwrap_or('0')
                        .to_ascii_uppercase()
                }));
            }
        }
    }
    path
}

/// Where to go after signing in: the path that was asked for, if it is one of our pages, else the
/// first page. Anything else could send somebody who has just typed a password to another site.
#[must_use]
pub fn local_path(next: Option<&str>) -> String {
    let ours = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.starts_with("/api/")
            && !path.starts_with("/sign-in")
            && path
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    next.filter(ours).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_never_lands_on_another_site() {
        assert_eq!(
            local_path(Some("/deals/42?tab=fields")),
            "/deals/42?tab=fields"
        );
        let elsewhere = [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/sign-in?next=/",
            "/api/live",
            "",
        ];
        for next in elsewhere {
            assert_eq!(local_path(Some(next)), "/", "{next:?}");
        }
        assert_eq!(local_path(None), "/");
    }

    #[test]
    fn the_way_back_is_kept_whole() {
        assert_eq!(
            sign_in_path("/deals/board?pipeline=2&open=42"),
            "/sign-in?next=/deals/board%3Fpipeline%3D2%26open%3D42"
        );
    }
}
