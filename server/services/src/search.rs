//! Search: records by title, number, person, phone in any format, e-mail address and note.

use domain::Error;
use domain::search::{Hit, LONGEST_SEARCH};

use crate::Ctx;
use crate::failure::settle;
use crate::records::read;

/// What a text finds among the records that the asker may see, the best first, a few of each kind;
/// nothing for a text of less than two characters.
pub async fn find(ctx: &Ctx, text: &str) -> Result<Vec<Hit>, Error> {
    let text: String = text.trim().chars().take(LONGEST_SEARCH).collect();
    if text.chars().count() < 2 && domain::search::record_number(&text).is_none() {
        return Ok(Vec::new());
    }
    settle(ctx, "search.find", read::search(ctx, &text).await)
}
