//! What the board reads: another board, more cards, itself again, and what others do.

use std::time::Duration;

use domain::board::{Board, BoardQuery};
use domain::live::{LiveChange, LiveMessage};
use domain::{RecordId, StageId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{load_board, load_cards, load_column};
use super::model::Model;
use super::state::BoardState;

/// Live changes are gathered for so long before a narrowed board is read again.
const GATHER: Duration = Duration::from_millis(200);
/// How long a card that somebody else moved is tinted.
const TINT: Duration = Duration::from_millis(1600);

impl BoardState {
    /// Reads one card again.
    pub(super) async fn read_card(self, id: RecordId) {
        let Some(query) = self.query.try_get_untracked() else {
            return;
        };
        let Ok(cards) = load_cards(query, vec![id]).await.flatten() else {
            return;
        };
        self.model
            .try_update(|model| match cards.into_iter().next() {
                Some(card) => model.put(card, 0),
                None => model.remove(id),
            });
    }

    /// Asks for another board: another pipeline, another filter.
    pub fn ask_for(self, query: BoardQuery) {
        let turn = self.asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        });
        self.meanwhile.set_value(Some(Vec::new()));
        spawn_local(async move {
            let answer = load_board(query.clone()).await.flatten();
            if self.asked.try_get_value() != turn {
                return;
            }
            let heard = self.meanwhile.try_update_value(Option::take).flatten();
            match answer {
                Ok(board) => {
                    let mut model = Model::new(board, query.is_plain());
                    for change in heard.unwrap_or_default() {
                        model.apply(change);
                    }
                    self.failed.try_set(None);
                    self.query.try_set(query);
                    self.model.try_set(model);
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// Loads more cards of a column, if there are any and none are on their way.
    pub fn fill(self, stage: StageId) {
        let Some(cursor) = self.model.with_untracked(|model| model.next(stage)) else {
            return;
        };
        if self
            .filling
            .with_untracked(|filling| filling.contains(&stage))
        {
            return;
        }
        self.filling.update(|filling| filling.push(stage));
        let turn = self.asked.get_value();
        spawn_local(async move {
            let Some(query) = self.query.try_get_untracked() else {
                return;
            };
            let answer = load_column(query, stage, Some(cursor.clone()))
                .await
                .flatten();
            let current = self.asked.try_get_value() == Some(turn);
            match answer {
                Ok(page) if current => {
                    // A board that was read again meanwhile has gone on by itself.
                    self.model.try_update(|model| {
                        if model.next(stage) == Some(cursor) {
                            model.append(page);
                        }
                    });
                }
                Ok(_) => {}
                Err(error) => self.complain(crate::labels::error(self.i18n, &error)),
            }
            self.filling
                .try_update(|filling| filling.retain(|other| *other != stage));
        });
    }

    /// Reads the board again in place, in a moment: once for all that happens until then.
    pub fn read_again(self) {
        let busy = self.reading.try_update_value(|(busy, again)| {
            *again = *busy;
            std::mem::replace(busy, true)
        });
        if busy == Some(false) {
            set_timeout(move || spawn_local(self.read_in_place()), GATHER);
        }
    }

    async fn read_in_place(self) {
        if let Some(board) = self.read_as_deep().await {
            self.model.try_update(|model| model.replace(board));
        }
        let again = self
            .reading
            .try_update_value(|(busy, again)| {
                *busy = false;
                std::mem::take(again)
            })
            .unwrap_or(false);
        if again {
            self.read_again();
        }
    }

    /// The board, with as many cards in each column as are loaded here.
    async fn read_as_deep(self) -> Option<Board> {
        let query = self.query.try_get_untracked()?;
        let turn = self.asked.try_get_value()?;
        let mut board = load_board(query.clone()).await.flatten().ok()?;
        for column in &mut board.columns {
            let depth = self
                .model
                .try_with_untracked(|model| model.loaded(column.stage_id))?;
            while column.cards.len() < depth
                && let Some(cursor) = column.next.take()
            {
                let page = load_column(query.clone(), column.stage_id, Some(cursor))
                    .await
                    .flatten()
                    .ok()?;
                column.cards.extend(page.cards);
                column.next = page.next;
            }
        }
        (self.asked.try_get_value()? == turn).then_some(board)
    }

    /// Takes a live message.
    pub fn hear(self, message: &LiveMessage) {
        match message {
            LiveMessage::Changed(change) if change.kind == self.kind => self.hear_change(change),
            LiveMessage::Reload { kind, .. } if kind.is_none_or(|kind| kind == self.kind) => {
                self.read_again();
            }
            LiveMessage::Workspace => self.read_again(),
            _ => {}
        }
    }

    fn hear_change(self, change: &LiveChange) {
        self.meanwhile.try_update_value(|heard| {
            if let Some(heard) = heard {
                heard.push(change.clone());
            }
        });
        if self.query.try_with_untracked(BoardQuery::is_plain) != Some(true) {
            // Whether it passes the filter only the server knows.
            self.read_again();
            return;
        }
        let shown = self.model.try_update(|model| model.apply(change.clone())) == Some(true);
        let me = self.workspace.get_untracked().me.id;
        if shown && change.by != Some(me) && change.after.is_some() {
            self.tint(change.id);
        }
    }

    fn tint(self, id: RecordId) {
        self.tinted.update(|tinted| tinted.push(id));
        let fade = move || {
            self.tinted.try_update(|tinted| {
                if let Some(at) = tinted.iter().position(|other| *other == id) {
                    tinted.swap_remove(at);
                }
            });
        };
        set_timeout(fade, TINT);
    }
}
