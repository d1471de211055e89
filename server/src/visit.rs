//! Who visits: looked up once a request, for pages and server functions alike, and sent to the
//! right door where they may not come in.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use app::invitation::api::{AcceptInvitation, LoadInvitation};
use app::layout::sign_in_path;
use app::request::{Tries, Visit, remembered_theme};
use app::set_up::api::{FinishSetUp, LoadOffer};
use app::sign_in::api::SignIn;
use axum::{
    extract::{Request, State},
    http::Uri,
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::Error;
use leptos::server_fn::ServerFn;
use services::{Ctx, accounts, setup};
use tower_sessions::Session;

use crate::{client::ClientIp, error, rate_limit::SignInLimit, sessions, state::AppState};

/// Where one signs in.
const SIGN_IN: &str = "/sign-in";
/// Where one comes in for the first time.
const INVITATION: &str = "/invitation/";
/// Where the first run is.
const SET_UP: &str = "/set-up";
/// Where one lands.
const HOME: &str = "/";

/// Looks up who visits.
pub async fn note_visit(
    State(state): State<AppState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let request_id: Arc<str> = error::request_id(&request).into();
    let anonymous = Ctx::anonymous(
        state.pools.clone(),
        state.live.publisher.clone(),
        state.now(),
        request_id,
    );
    let found = match session.id() {
        Some(id) => accounts::recognise_session(&anonymous, &id.to_string()).await,
        None => Ok(None),
    };
    let (signed_in, theme) = match found {
        Ok(Some((visitor, ends))) => {
            sessions::renew(&state.pools.db, &session, anonymous.now, ends).await;
            (Ok(visitor.ctx), visitor.theme)
        }
        refused => {
            let theme = remembered_theme(request.headers()).to_owned();
            (Err(refused.err().unwrap_or(Error::Unauthenticated)), theme)
        }
    };
    let address = request
        .extensions()
        .get::<ClientIp>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |client| client.0);
    request.extensions_mut().insert(Visit {
        anonymous,
        signed_in,
        theme: theme.into(),
        session,
        address,
        tries: state.sign_in_limit.clone(),
        secure_cookies: state.config.url.secure_cookies(),
    });
    next.run(request).await
}

/// The server functions that answer to everybody. All others are shut here already, before anything
/// that was sent is read: one that is not in this list cannot be left open by mistake.
const OPEN: [&str; 5] = [
    SignIn::PATH,
    LoadOffer::PATH,
    FinishSetUp::PATH,
    LoadInvitation::PATH,
    AcceptInvitation::PATH,
];

/// Sends who may not see a page to where they can change that: before set-up everybody there, then
/// those who are not signed in to sign in. Refuses server functions to those who are not signed in.
pub async fn gate(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some(visit) = request.extensions().get::<Visit>() else {
        return error::response(&Error::Unavailable);
    };
    let path = request.uri().path();
    if path.starts_with("/api/") {
        return match &visit.signed_in {
            Err(error) if !OPEN.contains(&path) => error::response(error),
            _ => next.run(request).await,
        };
    }
    let set_up = match is_set_up(&state, &visit.anonymous).await {
        Ok(set_up) => set_up,
        // Where to send whom is not known. The page that was asked for says so in its own words,
        // and is there as soon as the database is.
        Err(error) => {
            if let Some(visit) = request.extensions_mut().get_mut::<Visit>() {
                visit.signed_in = Err(error);
            }
            return next.run(request).await;
        }
    };
    match (path, &visit.signed_in) {
        (SET_UP, _) => next.run(request).await,
        _ if !set_up => Redirect::to(SET_UP).into_response(),
        (SIGN_IN, Ok(_)) => Redirect::to(HOME).into_response(),
        (SIGN_IN, Err(_)) => next.run(request).await,
        // Whoever has the link; its token is the key.
        (path, _) if path.starts_with(INVITATION) => next.run(request).await,
        (_, Err(Error::Unauthenticated)) => {
            Redirect::to(&sign_in_address(request.uri())).into_response()
        }
        _ => next.run(request).await,
    }
}

/// Whether there is an organisation; asked of the database until there is.
async fn is_set_up(state: &AppState, ctx: &Ctx) -> Result<bool, Error> {
    if state.is_known_set_up() {
        return Ok(true);
    }
    let done = setup::is_done(ctx).await?;
    if done {
        state.know_set_up();
    }
    Ok(done)
}

/// The sign-in page that comes back to an address.
fn sign_in_address(uri: &Uri) -> String {
    match uri.path_and_query().map_or("/", |whole| whole.as_str()) {
        "/" => SIGN_IN.to_owned(),
        here => sign_in_path(here),
    }
}

impl Tries for SignInLimit {
    fn try_once(&self, address: IpAddr, whom: &str) -> Result<(), Error> {
        Self::try_once(self, address, whom, Instant::now()).map_err(|wait| Error::RateLimited {
            // Up: a wait of half a second is not over after none.
            retry_after: wait.as_secs() + 1,
        })
    }

    fn succeeded(&self, address: IpAddr, whom: &str) {
        Self::succeeded(self, address, whom);
    }
}
