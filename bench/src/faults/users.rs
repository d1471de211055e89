//! Users who go on whatever they are told: what they are refused is kept in the words that they saw.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use sea_orm::DatabaseConnection;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::movable;
use super::work::{self, Done, Importer, SIZES, Told};
use crate::measure::client::Client;
use crate::server::Server;

/// Deals that each user works on.
const DEALS: usize = 40;
/// How long a user who was refused waits until the next try.
const SIGH: Duration = Duration::from_millis(50);
/// How long a page may take until it counts as not answered.
const PATIENCE: Duration = Duration::from_secs(30);
/// What readers look at in turns, and the first deal beside it.
const PAGES: [&str; 4] = ["/deals/board", "/deals", "/funnel", "/"];

/// What is kept of everybody's work. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowd {
    /// What was acknowledged.
    pub(super) told: Told,
    stop: Arc<AtomicBool>,
    /// Whether no import is begun.
    no_import: Arc<AtomicBool>,
    read: Arc<AtomicUsize>,
    refused: Arc<Mutex<BTreeMap<String, usize>>>,
    unread: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Crowd {
    /// Two who move, two who edit, one who imports, one who reads; all of them in one session.
    pub(super) async fn gather(
        &self,
        server: &Server,
        client: &Client,
        db: &DatabaseConnection,
        files: &Path,
    ) -> Result<JoinSet<Result<()>>> {
        let (deals, stages) = movable(db, i64::try_from(4 * DEALS)?).await?;
        let page = format!("/deals/{}", deals.first().context("there are no deals")?.0);
        let mut users = JoinSet::new();
        for (number, part) in deals.chunks(DEALS).enumerate() {
            let (client, crowd, part) = (client.clone(), self.clone(), part.to_vec());
            if number % 2 == 0 {
                users.spawn(async move { crowd.moves(client, part, stages).await });
            } else {
                users.spawn(async move { crowd.edits(client, part, number).await });
            }
        }
        let importer = Importer::new(server, files, crate::now().timestamp())?;
        let crowd = self.clone();
        users.spawn(async move { crowd.imports(importer).await });
        let (client, crowd) = (client.clone(), self.clone());
        users.spawn(async move { crowd.reads(client, page).await });
        Ok(users)
    }

    /// Sends everybody home, and waits until they have gone.
    pub(super) async fn dismiss(&self, mut users: JoinSet<Result<()>>) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(user) = timeout(4 * PATIENCE, users.join_next())
            .await
            .context("a user waits on")?
        {
            user??;
        }
        Ok(())
    }

    /// Takes out what was refused so far: the words, and how often.
    pub(super) fn refused(&self) -> BTreeMap<String, usize> {
        take(&self.refused)
    }

    /// Takes out what readers could not read so far, in the same form.
    pub(super) fn unread(&self) -> BTreeMap<String, usize> {
        take(&self.unread)
    }

    /// Forgets what was refused and could not be read so far.
    pub(super) fn forget(&self) {
        self.refused();
        self.unread();
    }

    /// Pages that were read so far.
    pub(super) fn read(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    /// Imports that were acknowledged so far.
    pub(super) fn imports_done(&self) -> usize {
        let told = self.told.imports();
        told.iter().filter(|import| import.told).count()
    }

    /// Whether imports are begun. Without a server one would start PostgreSQL for itself, and keep
    /// the data folder from the server that starts again.
    pub(super) fn let_import(&self, begin: bool) {
        self.no_import.store(!begin, Ordering::Relaxed);
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    async fn moves(
        &self,
        client: Client,
        mut deals: Vec<(i64, i64)>,
        [first, second]: [i64; 2],
    ) -> Result<()> {
        while self.goes_on() {
            for (deal, stage) in &mut deals {
                let to = if *stage == first { second } else { first };
                match work::put(&client, *deal, to).await {
                    Ok(version) => {
                        // None: a move whose answer did not come had been written.
                        if let Some(version) = version {
                            self.told.change(Done {
                                deal: *deal,
                                version,
                                field: "stage_id",
                                value: to.to_string(),
                            });
                        }
                        *stage = to;
                    }
                    Err(why) => note(&self.refused, format!("{why:#}")).await,
                }
                if !self.goes_on() {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn edits(&self, client: Client, deals: Vec<(i64, i64)>, who: usize) -> Result<()> {
        let mut number = 0;
        while self.goes_on() {
            for (deal, _) in &deals {
                number += 1;
                let value = format!("Edited by {who}, {number}");
                match work::rename(&client, *deal, &value).await {
                    Ok(version) => self.told.change(Done {
                        deal: *deal,
                        version,
                        field: "title",
                        value,
                    }),
                    Err(why) => note(&self.refused, format!("{why:#}")).await,
                }
                if !self.goes_on() {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn imports(&self, mut importer: Importer) -> Result<()> {
        let run = crate::now().timestamp();
        for (number, rows) in SIZES.into_iter().cycle().enumerate() {
            while self.goes_on() && self.no_import.load(Ordering::Relaxed) {
                sleep(SIGH).await;
            }
            if !self.goes_on() {
                break;
            }
            let batch = format!("G{run}-{number}-");
            if let Err(why) = importer.bring(batch, rows, &self.told).await? {
                note(&self.refused, format!("import: {why}")).await;
            }
        }
        Ok(())
    }

    async fn reads(&self, client: Client, deal: String) -> Result<()> {
        let pages = PAGES.into_iter().chain([deal.as_str()]).cycle();
        for page in pages {
            if !self.goes_on() {
                break;
            }
            match timeout(PATIENCE, client.get(page)).await {
                Ok(Ok(_)) => {
                    self.read.fetch_add(1, Ordering::Relaxed);
                    sleep(SIGH).await;
                }
                Ok(Err(why)) => note(&self.unread, format!("{page}: {why:#}")).await,
                Err(_) => note(&self.unread, format!("{page}: no answer")).await,
            }
        }
        Ok(())
    }
}

/// Counts these words, and lets the user take a breath.
async fn note(notes: &Mutex<BTreeMap<String, usize>>, words: String) {
    *notes
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(words)
        .or_default() += 1;
    sleep(SIGH).await;
}

fn take(notes: &Mutex<BTreeMap<String, usize>>) -> BTreeMap<String, usize> {
    std::mem::take(&mut *notes.lock().unwrap_or_else(PoisonError::into_inner))
}
