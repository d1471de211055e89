//! A filter while somebody builds it: groups and rows on a screen, finished or not.
//!
//! Every filter can be shown as rows and read back, whatever it names. What is not finished yet
//! stays on the screen and narrows nothing; what was in the filter and has not been touched stays
//! in it, even where it names a field that is gone.

mod parts;
#[cfg(test)]
mod tests;

pub use parts::{Group, Join, Lack, Node, Row, field_at};

use super::Catalogue;
use super::filter::{Condition, FieldPath, Filter, Operator};
use crate::Kind;
use crate::field::FieldType;

/// Tells rows and groups apart for as long as the builder is open.
pub type Key = u32;

/// The root group's key.
pub const ROOT: Key = 0;

/// Groups within groups that can be made by hand. A filter from an address may be deeper, and is
/// shown as it is.
pub const DEEPEST: usize = 3;

/// The rows of a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Builder {
    /// The outermost group.
    pub root: Group,
    next: Key,
}

impl Default for Builder {
    fn default() -> Self {
        Self::show(&Filter::everything())
    }
}

impl Builder {
    /// Shows a filter as rows.
    #[must_use]
    pub fn show(filter: &Filter) -> Self {
        Self::show_from(filter, ROOT + 1)
    }

    fn show_from(filter: &Filter, next: Key) -> Self {
        let mut builder = Self {
            root: Group {
                key: ROOT,
                join: Join::All,
                nodes: Vec::new(),
            },
            next,
        };
        builder.root.nodes = match filter {
            Filter::And(parts) => builder.nodes(parts),
            Filter::Or(parts) if !parts.is_empty() => {
                builder.root.join = Join::Any;
                builder.nodes(parts)
            }
            part => builder.nodes(std::slice::from_ref(part)),
        };
        builder
    }

    fn nodes(&mut self, parts: &[Filter]) -> Vec<Node> {
        parts.iter().map(|part| self.node(part)).collect()
    }

    fn node(&mut self, filter: &Filter) -> Node {
        let key = self.key();
        let (join, parts) = match filter {
            Filter::Is(condition) => return Node::Row(Row::of(key, condition)),
            Filter::And(parts) => (Join::All, &parts[..]),
            Filter::Or(parts) => (Join::Any, &parts[..]),
            Filter::Not(part) => match &**part {
                Filter::And(parts) => (Join::NotAll, &parts[..]),
                Filter::Or(parts) => (Join::None, &parts[..]),
                part => (Join::None, std::slice::from_ref(part)),
            },
        };
        let nodes = self.nodes(parts);
        Node::Group(Group { key, join, nodes })
    }

    fn key(&mut self) -> Key {
        self.next += 1;
        self.next - 1
    }

    /// The filter that the rows come to: those that are finished, and those that are as they came.
    #[must_use]
    pub fn filter(&self, kind: Kind, catalogue: &Catalogue) -> Filter {
        if self.root.nodes.is_empty() {
            return Filter::everything();
        }
        read_group(&self.root, &|row| row.counted(kind, catalogue)).unwrap_or_default()
    }

    /// The outermost parts that narrow something, each with its key.
    #[must_use]
    pub fn parts(&self, kind: Kind, catalogue: &Catalogue) -> Vec<(Key, Filter)> {
        let read = |row: &Row| row.counted(kind, catalogue);
        self.root
            .nodes
            .iter()
            .filter_map(|node| {
                let part = match node {
                    Node::Group(group) => read_group(group, &read),
                    Node::Row(row) => read(row).map(Filter::Is),
                };
                Some((node.key(), part?))
            })
            .collect()
    }

    /// Shows another filter. Keys go on where they were, so that no row is taken for another.
    pub fn show_again(&mut self, filter: &Filter) {
        let next = self.next;
        *self = Self::show_from(filter, next);
    }

    /// Takes out the rows for which not even a field has been chosen.
    pub fn tidy(&mut self) {
        fn untold(group: &Group, keys: &mut Vec<Key>) {
            for node in &group.nodes {
                match node {
                    Node::Group(group) => untold(group, keys),
                    Node::Row(row) if row.path.is_none() => keys.push(row.key),
                    Node::Row(_) => {}
                }
            }
        }
        let mut keys = Vec::new();
        untold(&self.root, &mut keys);
        for key in keys {
            self.remove(key);
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        fn count(group: &Group) -> usize {
            group
                .nodes
                .iter()
                .map(|node| match node {
                    Node::Group(group) => count(group),
                    Node::Row(_) => 1,
                })
                .sum()
        }
        count(&self.root)
    }

    /// A group.
    #[must_use]
    pub fn group(&self, key: Key) -> Option<&Group> {
        fn find(group: &Group, key: Key) -> Option<&Group> {
            if group.key == key {
                return Some(group);
            }
            group.nodes.iter().find_map(|node| match node {
                Node::Group(group) => find(group, key),
                Node::Row(_) => None,
            })
        }
        find(&self.root, key)
    }

    fn group_mut(&mut self, key: Key) -> Option<&mut Group> {
        fn find(group: &mut Group, key: Key) -> Option<&mut Group> {
            if group.key == key {
                return Some(group);
            }
            group.nodes.iter_mut().find_map(|node| match node {
                Node::Group(group) => find(group, key),
                Node::Row(_) => None,
            })
        }
        find(&mut self.root, key)
    }

    /// A row.
    #[must_use]
    pub fn row(&self, key: Key) -> Option<&Row> {
        fn find(group: &Group, key: Key) -> Option<&Row> {
            group.nodes.iter().find_map(|node| match node {
                Node::Group(group) => find(group, key),
                Node::Row(row) => (row.key == key).then_some(row),
            })
        }
        find(&self.root, key)
    }

    /// Changes a row. From then on it counts only when it is finished.
    pub fn change(&mut self, key: Key, change: impl FnOnce(&mut Row)) {
        fn find(group: &mut Group, key: Key) -> Option<&mut Row> {
            group.nodes.iter_mut().find_map(|node| match node {
                Node::Group(group) => find(group, key),
                Node::Row(row) => (row.key == key).then_some(row),
            })
        }
        if let Some(row) = find(&mut self.root, key) {
            row.shown = None;
            change(row);
        }
    }

    /// Chooses a row's field. The operator and what was typed stay where they still make sense.
    pub fn choose(&mut self, key: Key, path: FieldPath, kind: Kind, catalogue: &Catalogue) {
        let type_at = |path: Option<&FieldPath>| {
            path.and_then(|path| field_at(path, kind, catalogue))
                .map(|(field, _)| field.field_type)
        };
        let Some(chosen) = type_at(Some(&path)) else {
            return;
        };
        let before = self.row(key).and_then(|row| type_at(row.path.as_ref()));
        let same_field = self
            .row(key)
            .is_some_and(|row| row.path.as_ref() == Some(&path));
        self.change(key, |row| {
            row.path = Some(path);
            if before.is_none() || !row.operator.fits(chosen) {
                row.operator = Operator::of(chosen)
                    .first()
                    .copied()
                    .unwrap_or(Operator::Filled);
            }
            let stays = same_field
                || (before == Some(chosen) && !has_own_choices(chosen))
                || (is_typed(chosen) && before.is_some_and(is_typed));
            if !stays {
                row.operands.clear();
            }
        });
    }

    /// Puts text into one of a row's operands.
    pub fn type_operand(&mut self, key: Key, at: usize, text: String) {
        self.change(key, |row| {
            if row.operands.len() <= at {
                row.operands.resize(at + 1, String::new());
            }
            row.operands[at] = text;
        });
    }

    /// Adds an empty row to a group; its key.
    pub fn add_row(&mut self, group: Key) -> Key {
        let key = self.key();
        if let Some(group) = self.group_mut(group) {
            group.nodes.push(Node::Row(Row::empty(key)));
        }
        key
    }

    /// Adds a group with an empty row; the row's key. It holds together the other way than the one
    /// around it, since the same way would change nothing.
    pub fn add_group(&mut self, group: Key) -> Key {
        let (key, row) = (self.key(), self.key());
        if let Some(group) = self.group_mut(group) {
            let join = match group.join {
                Join::All | Join::NotAll => Join::Any,
                Join::Any | Join::None => Join::All,
            };
            group.nodes.push(Node::Group(Group {
                key,
                join,
                nodes: vec![Node::Row(Row::empty(row))],
            }));
        }
        row
    }

    /// Says how a group holds together.
    pub fn join(&mut self, group: Key, join: Join) {
        if let Some(group) = self.group_mut(group) {
            group.join = join;
        }
    }

    /// Takes a row or a group out, and with it groups in which nothing is left.
    pub fn remove(&mut self, key: Key) {
        fn prune(group: &mut Group, key: Key) -> bool {
            let before = group.nodes.len();
            group.nodes.retain(|node| node.key() != key);
            if group.nodes.len() < before {
                return true;
            }
            let mut emptied = None;
            let found = group.nodes.iter_mut().any(|node| {
                let Node::Group(inner) = node else {
                    return false;
                };
                let found = prune(inner, key);
                if found && inner.nodes.is_empty() {
                    emptied = Some(inner.key);
                }
                found
            });
            if let Some(emptied) = emptied {
                group.nodes.retain(|node| node.key() != emptied);
            }
            found
        }
        prune(&mut self.root, key);
    }

    /// How deep a group lies: 0 is the outermost one.
    #[must_use]
    pub fn depth(&self, key: Key) -> usize {
        fn find(group: &Group, key: Key) -> Option<usize> {
            if group.key == key {
                return Some(0);
            }
            group.nodes.iter().find_map(|node| match node {
                Node::Group(group) => find(group, key).map(|depth| depth + 1),
                Node::Row(_) => None,
            })
        }
        find(&self.root, key).unwrap_or(0)
    }
}

/// What a group comes to; nothing where none of its rows is finished.
fn read_group(group: &Group, read: &impl Fn(&Row) -> Option<Condition>) -> Option<Filter> {
    let parts: Vec<Filter> = group
        .nodes
        .iter()
        .filter_map(|node| match node {
            Node::Group(group) => read_group(group, read),
            Node::Row(row) => read(row).map(Filter::Is),
        })
        .collect();
    if parts.is_empty() && !group.nodes.is_empty() {
        return None;
    }
    let alone = |many: fn(Vec<Filter>) -> Filter, mut parts: Vec<Filter>| match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    };
    let not = |filter| Filter::Not(Box::new(filter));
    Some(match group.join {
        Join::All => alone(Filter::And, parts),
        Join::Any => alone(Filter::Or, parts),
        Join::None => not(alone(Filter::Or, parts)),
        Join::NotAll => not(alone(Filter::And, parts)),
    })
}

/// Whether one types what the field is compared with.
const fn is_typed(field_type: FieldType) -> bool {
    matches!(
        field_type,
        FieldType::Text
            | FieldType::LongText
            | FieldType::Url
            | FieldType::Points(_)
            | FieldType::Integer
            | FieldType::Decimal
            | FieldType::Percent
            | FieldType::Money
    )
}

/// Whether what the field is compared with means something for this field alone.
const fn has_own_choices(field_type: FieldType) -> bool {
    matches!(field_type, FieldType::Choice | FieldType::Choices)
}
