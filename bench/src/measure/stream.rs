//! A browser's live stream: reads what the server sends, and tells of each record when it came.

use std::time::Instant;

use anyhow::Result;
use domain::live::LiveMessage;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use super::client::Client;

/// Where live events are told.
const PATH: &str = "/api/live";

/// A change that a browser has heard of.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// Which browser.
    pub browser: usize,
    /// The record; none where everything is to be read again.
    pub record: Option<i64>,
    /// Its version then.
    pub version: i64,
    /// When.
    pub at: Instant,
}

/// Opens a stream, which tells what it hears until it is aborted or the server goes away.
pub async fn listen(
    client: &Client,
    browser: usize,
    tell: UnboundedSender<Heard>,
) -> Result<JoinHandle<()>> {
    let mut answer = client.open(PATH).await?;
    // The first words: from then on the browser is told everything.
    let first = answer.chunk().await?.unwrap_or_default();
    Ok(tokio::spawn(async move {
        let mut lines = Lines::default();
        lines.take(&first, |_| {});
        while let Ok(Some(chunk)) = answer.chunk().await {
            let at = Instant::now();
            lines.take(&chunk, |data| {
                let (record, version) = match serde_json::from_slice(data) {
                    Ok(LiveMessage::Changed(change)) => (Some(change.id), change.version),
                    Ok(LiveMessage::Reload { .. }) => (None, 0),
                    _ => return,
                };
                let _ = tell.send(Heard {
                    browser,
                    record,
                    version,
                    at,
                });
            });
        }
    }))
}

/// Cuts a stream into lines and keeps those with data.
#[derive(Debug, Default)]
struct Lines {
    unfinished: Vec<u8>,
}

impl Lines {
    fn take(&mut self, chunk: &[u8], mut data: impl FnMut(&[u8])) {
        self.unfinished.extend_from_slice(chunk);
        let Some(end) = self.unfinished.iter().rposition(|byte| *byte == b'\n') else {
            return;
        };
        for line in self.unfinished[..end].split(|byte| *byte == b'\n') {
            if let Some(told) = line.strip_prefix(b"data:") {
                data(told);
            }
        }
        self.unfinished.drain(..=end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_wherever_the_stream_is_cut() {
        let stream = b"retry: 1000\n\ndata: one\nid: 7\n\n: \n\ndata: two\n\n";
        for size in 1..stream.len() {
            let mut lines = Lines::default();
            let mut told = Vec::new();
            for chunk in stream.chunks(size) {
                lines.take(chunk, |data| {
                    told.push(String::from_utf8_lossy(data).into_owned());
                });
            }
            assert_eq!(told, [" one", " two"], "in pieces of {size}");
        }
    }
}
