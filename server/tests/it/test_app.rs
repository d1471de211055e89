//! The whole server in this process, and browsers that visit it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use app::sign_in::api::SignIn;
use axum::{
    Router,
    body::Body,
    http::{
        HeaderMap, Method, Request, StatusCode,
        header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, REFERER, SET_COOKIE},
    },
    response::Response,
};
use domain::Error;
use domain::rights::Role;
use http_body_util::BodyExt as _;
use leptos::server_fn::ServerFn;
use server::{
    config::{Config, LogFormat, PublicUrl, Secret},
    router,
    shutdown::Shutdown,
    state::AppState,
};
use services::passwords;
use test_support::TestDb;
use tower::ServiceExt as _;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// Opens what is measured.
pub const METRICS_TOKEN: &str = "a-token-for-prometheus";

/// A server with a database of its own.
pub struct TestApp {
    pub db: TestDb,
    pub state: AppState,
    router: Router,
}

impl TestApp {
    /// A server that has been set up, with `admin@`, `head@`, `sales@` and `director@example.com`
    /// in a small tree of departments.
    pub async fn new() -> Self {
        let app = Self::over(TestDb::new().await);
        let sales = app.db.department("Sales", None).await;
        let field = app.db.department("Field sales", Some(sales)).await;
        let hash = passwords::hash(PASSWORD).await.expect("hashed");
        for (name, role, department) in [
            ("admin", Role::Administrator, None),
            ("head", Role::HeadOfSales, Some(sales)),
            ("sales", Role::Salesperson, Some(field)),
            ("director", Role::Director, None),
        ] {
            let id = app.db.user(name, &[role], department).await;
            let sql = format!(
                "update app_user set email = '{name}@example.com', password_hash = '{hash}' \
                 where id = {id}"
            );
            app.db.run(&sql).await;
        }
        app
    }

    /// A server before set-up.
    pub async fn empty() -> Self {
        Self::over(TestDb::empty().await)
    }

    fn over(db: TestDb) -> Self {
        let config = Config {
            database_url: None,
            data: "/nowhere".into(),
            addr: SocketAddr::from(([127, 0, 0, 1], 3000)),
            url: PublicUrl::parse("https://crm.example.com").expect("a URL"),
            url_is_given: true,
            pool_size: 10,
            log_format: LogFormat::Text,
            log: String::new(),
            pg_bin: None,
            // So that a test can say where it comes from.
            trusted_proxies: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
            metrics_token: Some(Secret::new(METRICS_TOKEN)),
            statement_timeout: None,
            watched: false,
        };
        let state = AppState::new(Arc::new(config), db.db.clone(), Shutdown::default());
        let router = router::build(state.clone());
        Self { db, state, router }
    }

    /// A browser that nobody has signed in with.
    pub fn anon(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: Vec::new(),
        }
    }

    /// The same before a server that is set up otherwise.
    pub fn browser(state: AppState) -> Browser {
        Browser {
            router: router::build(state),
            cookies: Vec::new(),
        }
    }

    /// A browser in which this user has signed in.
    pub async fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.anon();
        let answer = browser
            .sign_in(&format!("{name}@example.com"), PASSWORD)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        browser
    }
}

/// A browser: it keeps cookies.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: Vec<(String, String)>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// The error that a server function answers.
    pub fn error(&self) -> Error {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no error: {}", self.text))
    }
}

impl Browser {
    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path).header(ACCEPT, "text/html");
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// Calls a server function as our own pages do.
    pub async fn call(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header(ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(encoded(form)).expect("a request"))
            .await
    }

    /// Posts a form as a browser without JavaScript does.
    pub async fn post(&mut self, path: &str, from: &str, form: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header(ACCEPT, "text/html,application/xhtml+xml")
            .header("sec-fetch-site", "same-origin")
            .header(REFERER, format!("https://crm.example.com{from}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(encoded(form)).expect("a request"))
            .await
    }

    /// Anything else.
    pub async fn request(&mut self, method: Method, path: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.call(SignIn::PATH, &[("email", email), ("password", password)])
            .await
    }

    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let (parts, body) = self.open(request).await.into_parts();
        for set in parts.headers.get_all(SET_COOKIE) {
            self.keep(set.to_str().expect("text"));
        }
        let bytes = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Begins to read an answer that goes on.
    pub async fn open(&self, mut request: Request<Body>) -> Response {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            let value = cookies.join("; ").parse().expect("a header");
            request.headers_mut().insert(COOKIE, value);
        }
        self.router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer")
    }

    fn keep(&mut self, set: &str) {
        let (pair, attributes) = set.split_once(';').unwrap_or((set, ""));
        let (name, value) = pair.split_once('=').expect("a cookie");
        self.cookies.retain(|(kept, _)| kept != name);
        if !attributes.contains("Max-Age=0") {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies
            .iter()
            .find(|(kept, _)| kept == name)
            .map(|(_, value)| value.as_str())
    }
}

fn encoded(form: &[(&str, &str)]) -> Body {
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    let pairs: Vec<_> = form
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    Body::from(pairs.join("&"))
}
