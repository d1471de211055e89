//! The tabs' handle: the views, the one that is open, and what is done with them.

use domain::list::mend;
use domain::query::Catalogue;
use domain::view::{View, ViewDraft, ViewSpec};
use domain::{Error, Kind, ViewId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{change_view, create_view, delete_view, load_views, order_views, restore_view};
use crate::answer::Answer;
use crate::dates::I18n;
use crate::i18n::{t_string, use_i18n};
use crate::layout::{WorkspaceSignal, use_workspace};
use crate::ui::{Toast, ToastStore};

/// What the dialog asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// A name for a new view.
    SaveAs,
    /// Another name for this one.
    Rename(ViewId),
}

/// The tabs of a list. Every part has a copy of this handle.
#[derive(Clone, Copy)]
pub(super) struct TabsState {
    /// Whose list it is.
    pub kind: Kind,
    /// The texts.
    pub i18n: I18n,
    /// The view that is open.
    pub view: Signal<Option<ViewId>>,
    /// What the list shows.
    pub spec: Signal<ViewSpec>,
    /// The views that there are.
    pub views: Signal<Vec<View>>,
    /// The fields that there are.
    workspace: WorkspaceSignal,
    /// What the dialog asks.
    pub asked: RwSignal<Option<Asked>>,
    /// Whether an answer is on its way.
    pub busy: RwSignal<bool>,
    on_open: Callback<(Option<ViewId>, ViewSpec)>,
    on_saved: Callback<Vec<View>>,
    toasts: ToastStore,
}

impl TabsState {
    pub fn new(
        kind: Kind,
        view: Signal<Option<ViewId>>,
        spec: Signal<ViewSpec>,
        views: Signal<Vec<View>>,
        on_open: Callback<(Option<ViewId>, ViewSpec)>,
        on_saved: Callback<Vec<View>>,
    ) -> Self {
        Self {
            kind,
            i18n: use_i18n(),
            view,
            spec,
            views,
            workspace: use_workspace(),
            asked: RwSignal::new(None),
            busy: RwSignal::new(false),
            on_open,
            on_saved,
            toasts: expect_context(),
        }
    }

    /// The view that is open, where it is one of those that there are.
    pub fn current(self) -> Option<View> {
        let id = self.view.get()?;
        self.views
            .with(|views| views.iter().find(|view| view.id == id).cloned())
    }

    /// Whether the list shows something else than the view that is open. What a view names that is
    /// gone is shown by no list, and is no difference.
    pub fn is_changed(self) -> bool {
        let base = self.current().map(|view| view.spec).unwrap_or_default();
        let base = self.workspace.with(|workspace| {
            let catalogue = Catalogue::of(workspace);
            let fields_of = |kind| catalogue.fields(kind);
            mend(&base, fields_of(self.kind), fields_of).0
        });
        self.spec.with(|spec| *spec != base)
    }

    /// Opens a view as it was saved, or the list without one.
    pub fn open(self, id: Option<ViewId>) {
        let spec = self.views.with_untracked(|views| {
            views
                .iter()
                .find(|view| Some(view.id) == id)
                .map(|view| view.spec.clone())
        });
        self.on_open
            .run((id.filter(|_| spec.is_some()), spec.unwrap_or_default()));
    }

    /// Reads the views again, since somebody has shared one.
    pub fn reload(self) {
        spawn_local(async move {
            if let Ok(views) = load_views(self.kind).await
                && self
                    .views
                    .try_get_untracked()
                    .is_some_and(|now| now != views)
            {
                self.on_saved.try_run(views);
            }
        });
    }

    /// Tells the page what the views are now.
    fn saved(self, change: impl FnOnce(&mut Vec<View>)) {
        let Some(mut views) = self.views.try_get_untracked() else {
            return;
        };
        change(&mut views);
        self.on_saved.try_run(views);
    }

    fn put(self, view: View) {
        self.saved(|views| match views.iter_mut().find(|it| it.id == view.id) {
            Some(place) => *place = view,
            None => views.push(view),
        });
    }

    fn complain(self, error: &Error) {
        self.toasts.error(crate::labels::error(self.i18n, error));
    }

    /// Sends something and does what comes of it; refusals are told.
    fn send<T: 'static>(
        self,
        request: impl Future<Output = Result<Answer<T>, Error>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.busy.set(true);
        spawn_local(async move {
            let answer = request.await;
            self.busy.try_set(false);
            match answer {
                Ok(Ok(answer)) => done(answer),
                Ok(Err(error)) | Err(error) => self.complain(&error),
            }
        });
    }

    /// Makes the list as it is now a view of one's own, and opens it. What is wrong with the name
    /// goes to `refused`.
    pub fn save_as(self, name: String, shared: bool, refused: Callback<Error>) {
        let spec = self.spec.get_untracked();
        let draft = ViewDraft { name, shared, spec };
        self.busy.set(true);
        spawn_local(async move {
            let answer = create_view(self.kind, draft).await;
            self.busy.try_set(false);
            match answer {
                Ok(Ok(view)) => {
                    self.asked.try_set(None);
                    let (id, spec) = (view.id, view.spec.clone());
                    self.put(view);
                    self.on_open.try_run((Some(id), spec));
                }
                Ok(Err(error)) | Err(error) => {
                    refused.try_run(error);
                }
            }
        });
    }

    /// Gives a view another name.
    pub fn rename(self, view: &View, name: String, refused: Callback<Error>) {
        let draft = ViewDraft {
            name,
            shared: view.shared,
            spec: view.spec.clone(),
        };
        let id = view.id;
        self.busy.set(true);
        spawn_local(async move {
            let answer = change_view(id, draft).await;
            self.busy.try_set(false);
            match answer {
                Ok(Ok(view)) => {
                    self.asked.try_set(None);
                    self.put(view);
                }
                Ok(Err(error)) | Err(error) => {
                    refused.try_run(error);
                }
            }
        });
    }

    /// Makes the view that is open show what the list shows.
    pub fn save(self) {
        let Some(view) = untrack(|| self.current()) else {
            return;
        };
        let spec = self.spec.get_untracked();
        self.change(&view, view.shared, spec);
    }

    /// Gives a view to everyone, or keeps it to oneself.
    pub fn share(self, view: &View, shared: bool) {
        self.change(view, shared, view.spec.clone());
    }

    fn change(self, view: &View, shared: bool, spec: ViewSpec) {
        let draft = ViewDraft {
            name: view.name.clone(),
            shared,
            spec,
        };
        let (is_open, was_shared) = (self.view.get_untracked() == Some(view.id), view.shared);
        self.send(change_view(view.id, draft), move |view| {
            let (id, spec, name) = (view.id, view.spec.clone(), view.name.clone());
            let saves = was_shared == shared;
            self.put(view);
            if is_open && saves {
                self.on_open.try_run((Some(id), spec));
            }
            let said = match (saves, shared) {
                (true, _) => t_string!(self.i18n, views.saved, name = name),
                (false, true) => t_string!(self.i18n, views.now_shared, name = name),
                (false, false) => t_string!(self.i18n, views.now_own, name = name),
            };
            self.toasts.push(Toast::new(said));
        });
    }

    /// Takes a view away, for as long as nobody takes that back.
    pub fn delete(self, view: &View) {
        let (id, name) = (view.id, view.name.clone());
        self.send(delete_view(id), move |()| {
            self.saved(|views| views.retain(|view| view.id != id));
            if self.view.try_get_untracked() == Some(Some(id)) {
                // What it showed stays on the screen until one goes elsewhere.
                let spec = self.spec.get_untracked();
                self.on_open.try_run((None, spec));
            }
            let back = Callback::new(move |()| {
                self.send(restore_view(id), move |view| {
                    let spec = view.spec.clone();
                    self.put(view);
                    self.on_open.try_run((Some(id), spec));
                });
            });
            let said = t_string!(self.i18n, views.deleted, name = name);
            let undo = t_string!(self.i18n, views.undo);
            self.toasts.push(Toast::new(said).undo(undo, back));
        });
    }

    /// Moves a tab one place on or back.
    pub fn shift(self, id: ViewId, on: bool) {
        let mut views = self.views.get_untracked();
        let Some(at) = views.iter().position(|view| view.id == id) else {
            return;
        };
        let to = if on { at + 1 } else { at.wrapping_sub(1) };
        if to >= views.len() {
            return;
        }
        views.swap(at, to);
        let ids = views.iter().map(|view| view.id).collect();
        self.on_saved.run(views);
        self.send(order_views(self.kind, ids), move |views| {
            self.on_saved.try_run(views);
        });
    }
}
