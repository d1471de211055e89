//! Reads Markdown into the tree that pages show. Markup in it is text, links lead only where
//! [`Href`] lets them, and whatever is nested too deep is flattened.

use domain::markdown::{Block, Href, Inline, Part, parts};
use pulldown_cmark::{Event, Options, Parser, Tag, TextMergeStream};

/// Quotes and lists within each other at most: more is a mistake or an attack.
const DEEPEST: usize = 12;

/// The text of a note.
pub(crate) fn read(text: &str) -> Vec<Block> {
    let mut reader = Reader {
        stack: vec![Frame::new(Holder::Flat)],
    };
    let parser = Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH);
    for event in TextMergeStream::new(parser) {
        reader.take(event);
    }
    while reader.stack.len() > 1 {
        reader.close();
    }
    reader.stack.pop().map(Frame::blocks).unwrap_or_default()
}

/// What an open element becomes when it closes.
enum Holder {
    /// Nothing of its own: what is in it goes to the element around it.
    Flat,
    Paragraph,
    Heading,
    Quote,
    List(Option<u64>),
    Item,
    Code,
    Bold,
    Italic,
    Struck,
    Link(Href),
}

/// An element that is still open.
struct Frame {
    holder: Holder,
    blocks: Vec<Block>,
    items: Vec<Vec<Block>>,
    /// Of the last paragraph, which is open as long as text comes.
    inlines: Vec<Inline>,
}

impl Frame {
    const fn new(holder: Holder) -> Self {
        Self {
            holder,
            blocks: Vec::new(),
            items: Vec::new(),
            inlines: Vec::new(),
        }
    }

    fn put(&mut self, inline: Inline) {
        if let (Some(Inline::Text(before)), Inline::Text(more)) = (self.inlines.last_mut(), &inline)
        {
            before.push_str(more);
        } else {
            self.inlines.push(inline);
        }
    }

    /// Ends the paragraph that text without one of its own makes.
    fn settle(&mut self) {
        while matches!(self.inlines.last(), Some(Inline::Break)) {
            self.inlines.pop();
        }
        if !self.inlines.is_empty() {
            let inlines = std::mem::take(&mut self.inlines);
            self.blocks.push(Block::Paragraph(inlines));
        }
    }

    fn put_block(&mut self, block: Block) {
        self.settle();
        self.blocks.push(block);
    }

    fn blocks(mut self) -> Vec<Block> {
        self.settle();
        self.blocks
    }
}

struct Reader {
    stack: Vec<Frame>,
}

impl Reader {
    fn top(&mut self) -> &mut Frame {
        if self.stack.is_empty() {
            self.stack.push(Frame::new(Holder::Flat));
        }
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => {
                let holder = if self.stack.len() > DEEPEST {
                    self.top().settle();
                    Holder::Flat
                } else {
                    holder(tag)
                };
                self.stack.push(Frame::new(holder));
            }
            Event::End(_) => self.close(),
            Event::Code(text) => self.top().put(Inline::Code(text.into_string())),
            Event::SoftBreak | Event::HardBreak => self.top().put(Inline::Break),
            Event::Rule => self.top().put_block(Block::Rule),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.text(&text),
            Event::TaskListMarker(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        let is_code = matches!(self.top().holder, Holder::Code);
        let in_link = self
            .stack
            .iter()
            .any(|frame| matches!(frame.holder, Holder::Link(_)));
        if is_code {
            self.top().put(Inline::Text(text.to_owned()));
            return;
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.top().put(Inline::Break);
            }
            for part in parts(line) {
                match part {
                    Part::Mention(user, _) => self.top().put(Inline::Mention(user)),
                    Part::Words(words) if in_link => {
                        self.top().put(Inline::Text(words.to_owned()));
                    }
                    Part::Words(words) => self.words(words),
                }
            }
        }
    }

    /// Words, with addresses among them as links.
    fn words(&mut self, words: &str) {
        let mut rest = words;
        while let Some((before, address, href)) = next_address(rest) {
            if !before.is_empty() {
                self.top().put(Inline::Text(before.to_owned()));
            }
            self.top().put(Inline::Link {
                href,
                text: vec![Inline::Text(address.to_owned())],
            });
            rest = &rest[before.len() + address.len()..];
        }
        if !rest.is_empty() {
            self.top().put(Inline::Text(rest.to_owned()));
        }
    }

    /// Closes the innermost element; the outermost stays.
    fn close(&mut self) {
        if self.stack.len() < 2 {
            return;
        }
        let Some(mut frame) = self.stack.pop() else {
            return;
        };
        let around = self.top();
        let inline = |frame: &mut Frame| std::mem::take(&mut frame.inlines);
        match frame.holder {
            Holder::Flat => {
                for inline in inline(&mut frame) {
                    around.put(inline);
                }
                for block in frame.blocks {
                    around.put_block(block);
                }
            }
            Holder::Paragraph => {
                around.settle();
                around.inlines = inline(&mut frame);
                around.settle();
            }
            Holder::Heading => around.put_block(Block::Heading(inline(&mut frame))),
            Holder::Quote => around.put_block(Block::Quote(frame.blocks())),
            Holder::List(start) => around.put_block(Block::List {
                start,
                items: frame.items,
            }),
            Holder::Item => around.items.push(frame.blocks()),
            Holder::Code => {
                let text = inline(&mut frame).into_iter().map(|part| match part {
                    Inline::Text(text) => text,
                    _ => String::new(),
                });
                let text: String = text.collect();
                around.put_block(Block::Code(text.trim_end_matches('\n').to_owned()));
            }
            Holder::Bold => around.put(Inline::Bold(inline(&mut frame))),
            Holder::Italic => around.put(Inline::Italic(inline(&mut frame))),
            Holder::Struck => around.put(Inline::Struck(inline(&mut frame))),
            Holder::Link(ref href) => around.put(Inline::Link {
                href: href.clone(),
                text: std::mem::take(&mut frame.inlines),
            }),
        }
    }
}

/// What an element becomes. A picture becomes a link to it: a page loads nothing from elsewhere.
fn holder(tag: Tag<'_>) -> Holder {
    match tag {
        Tag::Paragraph | Tag::HtmlBlock => Holder::Paragraph,
        Tag::Heading { .. } => Holder::Heading,
        Tag::BlockQuote(_) => Holder::Quote,
        Tag::CodeBlock(_) => Holder::Code,
        Tag::List(start) => Holder::List(start),
        Tag::Item => Holder::Item,
        Tag::Strong => Holder::Bold,
        Tag::Emphasis => Holder::Italic,
        Tag::Strikethrough => Holder::Struck,
        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
            Href::parse(&dest_url).map_or(Holder::Flat, Holder::Link)
        }
        _ => Holder::Flat,
    }
}

/// The first web address in a line: what stands before it, the address, where it leads.
fn next_address(line: &str) -> Option<(&str, &str, Href)> {
    let mut from = 0;
    loop {
        let rest = &line[from..];
        let start = [rest.find("http://"), rest.find("https://")]
            .into_iter()
            .flatten()
            .min()?
            + from;
        let end = line[start..]
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
            .map_or(line.len(), |end| start + end);
        // The full stop belongs to the sentence.
        let address = line[start..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
        let begins = line[..start]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric());
        match Href::parse(address).filter(|_| begins) {
            Some(href) => return Some((&line[..start], address, href)),
            None => from = start + "http".len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(words: &str) -> Inline {
        Inline::Text(words.to_owned())
    }

    fn link(to: &str, words: &str) -> Inline {
        Inline::Link {
            href: Href::parse(to).expect("a link that leads"),
            text: vec![text(words)],
        }
    }

    #[test]
    fn what_is_written_is_what_is_shown() {
        let blocks = read(
            "# Call\n**bold** *it* ~~no~~ `x<y>`\nnext line\n\n- one\n  - deep\n- two\n\n3. three\n\n> said\n\n---\n```\n<b> @\n```",
        );
        let paragraph = |inlines: Vec<Inline>| Block::Paragraph(inlines);
        assert_eq!(
            blocks,
            [
                Block::Heading(vec![text("Call")]),
                paragraph(vec![
                    Inline::Bold(vec![text("bold")]),
                    text(" "),
                    Inline::Italic(vec![text("it")]),
                    text(" "),
                    Inline::Struck(vec![text("no")]),
                    text(" "),
                    Inline::Code("x<y>".into()),
                    Inline::Break,
                    text("next line"),
                ]),
                Block::List {
                    start: None,
                    items: vec![
                        vec![
                            paragraph(vec![text("one")]),
                            Block::List {
                                start: None,
                                items: vec![vec![paragraph(vec![text("deep")])]]
                            }
                        ],
                        vec![paragraph(vec![text("two")])]
                    ]
                },
                Block::List {
                    start: Some(3),
                    items: vec![vec![paragraph(vec![text("three")])]]
                },
                Block::Quote(vec![paragraph(vec![text("said")])]),
                Block::Rule,
                Block::Code("<b> @".into()),
            ]
        );
    }

    #[test]
    fn links_and_people() {
        assert_eq!(
            read("see https://example.com/a, [it](http://b.c) ![pic](https://d.e/f.png) <@7>!"),
            [Block::Paragraph(vec![
                text("see "),
                link("https://example.com/a", "https://example.com/a"),
                text(", "),
                link("http://b.c", "it"),
                text(" "),
                link("https://d.e/f.png", "pic"),
                text(" "),
                Inline::Mention(7),
                text("!"),
            ])]
        );
    }

    #[test]
    fn markup_is_text_and_a_bad_link_is_its_words() {
        assert_eq!(
            read(
                "<script>alert(1)</script>\n\na <b onclick=x>b</b> [click](javascript:alert(1)) [x]( data:text/html,1)"
            ),
            [
                Block::Paragraph(vec![text("<script>alert(1)</script>")]),
                Block::Paragraph(vec![text("a <b onclick=x>b</b> click x")]),
            ]
        );
    }

    #[test]
    fn what_is_nested_without_end_is_flattened() {
        for attack in [
            ">".repeat(50_000),
            "- ".repeat(25_000),
            "[".repeat(50_000),
            "*a ".repeat(16_000),
        ] {
            let blocks = read(&format!("{attack}x"));
            assert!(depth(&blocks) <= DEEPEST, "{}", &attack[..4]);
            // The wire takes it, there and back.
            let json = serde_json::to_string(&blocks).expect("it is written");
            assert_eq!(
                serde_json::from_str::<Vec<Block>>(&json).expect("and read"),
                blocks
            );
        }
    }

    fn depth(blocks: &[Block]) -> usize {
        let deepest = blocks.iter().map(|block| match block {
            Block::Quote(blocks) => 1 + depth(blocks),
            Block::List { items, .. } => {
                1 + items.iter().map(|item| depth(item)).max().unwrap_or(0)
            }
            _ => 0,
        });
        deepest.max().unwrap_or(0)
    }

    fn words_of(blocks: &[Block]) -> String {
        let mut all = String::new();
        for block in blocks {
            match block {
                Block::Paragraph(inlines) | Block::Heading(inlines) => in_line(inlines, &mut all),
                Block::Quote(blocks) => all.push_str(&words_of(blocks)),
                Block::List { items, .. } => {
                    for item in items {
                        all.push_str(&words_of(item));
                    }
                }
                Block::Code(text) => all.push_str(text),
                Block::Rule => {}
            }
        }
        all
    }

    fn in_line(inlines: &[Inline], all: &mut String) {
        for inline in inlines {
            match inline {
                Inline::Text(text) | Inline::Code(text) => all.push_str(text),
                Inline::Bold(inner) | Inline::Italic(inner) | Inline::Struck(inner) => {
                    in_line(inner, all);
                }
                Inline::Link { href, text } => {
                    let leads = ["http://", "https://", "mailto:", "tel:"];
                    let href = href.as_str().to_ascii_lowercase();
                    assert!(
                        leads.iter().any(|scheme| href.starts_with(scheme)),
                        "{href}"
                    );
                    in_line(text, all);
                }
                Inline::Mention(_) | Inline::Break => {}
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_no_link_leads_astray(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "[a](", "javascript:x", ")", "<a href=\"javascript:x\">", "https://a.b", "![", "](data:x)",
                    "\n", "\n\n", "> ", "- ", "1. ", "**", "_", "`", "```\n", "    ", "<@7>", "<@", "#", "ß", "שלום",
                    "\\", "&#106;avascript:x", "[r]: javascript:x\n", "[r]", "<javascript:x>", "\u{202e}", "\0", "|",
                ]),
                0..30,
            ),
        ) {
            words_of(&read(&parts.concat()));
        }

        #[test]
        fn plain_words_stay(words in "[a-zA-Zß-ÿ]{1,30}( [a-zA-Zß-ÿ]{1,10}){0,5}") {
            prop_assert_eq!(words_of(&read(&words)), words);
        }
    }
}
