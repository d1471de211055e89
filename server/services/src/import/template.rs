//! Texts with columns in braces: `{product} for {account}`, `{agent|slug}@example.com`.

use serde::Deserialize;

/// A text with columns in braces. Each may go through `lower` or `slug`, which makes it fit an
/// address. Two braces stand for one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Column(String, Filter),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    None,
    Lower,
    Slug,
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut signs = text.chars().peekable();
        while let Some(sign) = signs.next() {
            match sign {
                '{' | '}' if signs.peek() == Some(&sign) => {
                    signs.next();
                    plain.push(sign);
                }
                '{' => {
                    let mut name = String::new();
                    loop {
                        match signs.next() {
                            Some('}') => break,
                            Some(sign) => name.push(sign),
                            None => return Err(format!("a brace is left open in “{text}”")),
                        }
                    }
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(column(&name)?);
                }
                '}' => return Err(format!("a brace closes nothing in “{text}”")),
                sign => plain.push(sign),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }
}

fn column(name: &str) -> Result<Part, String> {
    let (name, filter) = match name.split_once('|') {
        None => (name, Filter::None),
        Some((name, "lower")) => (name, Filter::Lower),
        Some((name, "slug")) => (name, Filter::Slug),
        Some((_, filter)) => {
            return Err(format!(
                "“{filter}” is unknown: a column goes through lower or slug"
            ));
        }
    };
    Ok(Part::Column(name.trim().to_owned(), filter))
}

impl Template {
    /// The columns it needs.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Column(name, _) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Fills it from a row; none where a column that it needs is empty.
    pub(super) fn fill<'a>(&self, cell: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Column(name, filter) => {
                    let cell = cell(name)?;
                    match filter {
                        Filter::None => text.push_str(cell),
                        Filter::Lower => text.push_str(&cell.to_lowercase()),
                        Filter::Slug => text.push_str(&slug(cell)),
                    }
                }
            }
        }
        Some(text)
    }
}

/// Lower case, with a dot for everything that is no letter, digit or hyphen.
fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for sign in text.chars().flat_map(char::to_lowercase) {
        if sign.is_alphanumeric() || sign == '-' {
            slug.push(sign);
        } else if !slug.is_empty() && !slug.ends_with('.') {
            slug.push('.');
        }
    }
    slug.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, cells: &[(&str, &'static str)]) -> Option<String> {
        let template = Template::try_from(template.to_owned()).expect("a template");
        template.fill(|name| {
            cells
                .iter()
                .find(|(of, cell)| *of == name && !cell.is_empty())
                .map(|(_, cell)| *cell)
        })
    }

    #[test]
    fn columns_are_filled_in() {
        let cells = [
            ("product", "GTX Pro"),
            ("account", ""),
            ("agent", "Mei-Mei  O’Johns"),
        ];
        assert_eq!(filled("{product}!", &cells).as_deref(), Some("GTX Pro!"));
        assert_eq!(filled("{product} for {account}", &cells), None);
        assert_eq!(
            filled("{agent|slug}@example.com", &cells).as_deref(),
            Some("mei-mei.o.johns@example.com")
        );
        assert_eq!(
            filled("{{{product|lower}}}", &cells).as_deref(),
            Some("{gtx pro}")
        );
    }

    #[test]
    fn a_broken_template_is_told_in_words() {
        assert!(
            Template::try_from("{a".to_owned())
                .unwrap_err()
                .contains("left open")
        );
        assert!(
            Template::try_from("a}".to_owned())
                .unwrap_err()
                .contains("closes nothing")
        );
        assert!(
            Template::try_from("{a|shout}".to_owned())
                .unwrap_err()
                .contains("lower or slug")
        );
    }
}
