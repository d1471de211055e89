use super::*;

fn load(environment: &[(&str, &str)], file: &str) -> Result<Config, Error> {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Config::from_sources(&environment, parse_file("dealwright.toml", file)?, false)
}

fn message(result: Result<Config, Error>) -> String {
    result.expect_err("the configuration is wrong").to_string()
}

const HOME: (&str, &str) = ("HOME", "/home/ada");

#[test]
fn defaults_need_nothing_but_a_home() {
    let config = load(&[HOME], "").expect("defaults fit");
    assert_eq!(config.data, Path::new("/home/ada/.local/share/dealwright"));
    assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(config.url.to_string(), "http://127.0.0.1:3000");
    assert!(!config.url.secure_cookies());
    assert!(config.database_url.is_none());
}

#[test]
fn data_follows_xdg_and_root_has_its_own_place() {
    let config = load(&[HOME, ("XDG_DATA_HOME", "/data")], "").expect("fits");
    assert_eq!(config.data, Path::new("/data/dealwright"));
    let root = Config::from_sources(&HashMap::new(), File::default(), true).expect("fits");
    assert_eq!(root.data, Path::new("/var/lib/dealwright"));
    assert!(message(load(&[], "")).contains("DEALWRIGHT_DATA"));
}

#[test]
fn environment_wins_over_the_file() {
    let file = "addr = '127.0.0.1:4000'\npool_size = 5\nlog_format = 'json'";
    let config = load(&[HOME, ("DEALWRIGHT_ADDR", "127.0.0.1:5000")], file).expect("fits");
    assert_eq!(config.addr.port(), 5000);
    assert_eq!(config.pool_size, 5);
    assert_eq!(config.log_format, LogFormat::Json);
}

#[test]
fn a_secret_is_never_shown() {
    let url = "postgres://dealwright:hunter2@db/crm";
    let config = load(&[HOME, ("DATABASE_URL", url)], "").expect("fits");
    assert!(!format!("{config:?}").contains("hunter2"));
    assert_eq!(config.database_url.expect("set").expose(), url);
    let wrong = message(load(
        &[HOME, ("DATABASE_URL", "mysql://root:hunter2@db/crm")],
        "",
    ));
    assert!(
        wrong.contains("DATABASE_URL") && !wrong.contains("hunter2"),
        "{wrong}"
    );
    let wrong = message(load(&[HOME], "pool_size = 3\ndatabase_url = ['hunter2']"));
    assert!(
        wrong.contains("line 2") && !wrong.contains("hunter2"),
        "{wrong}"
    );
}

#[test]
fn errors_name_the_setting_and_what_would_be_right() {
    let wrong = message(load(&[HOME, ("DEALWRIGHT_ADDR", "3000")], ""));
    assert_eq!(
        wrong,
        "DEALWRIGHT_ADDR is “3000”, but must be an address such as 127.0.0.1:3000"
    );
    assert!(message(load(&[HOME, ("DEALWRIGHT_POOL_SIZE", "1")], "")).contains("from 2 to 500"));
    assert!(message(load(&[HOME, ("DEALWRIGHT_LOG_FORMAT", "xml")], "")).contains("json"));
    assert!(message(load(&[HOME], "adress = 'x'")).contains("unknown field"));
    assert!(
        message(load(&[HOME, ("DEALWRIGHT_TRUSTED_PROXIES", "proxy")], "")).contains("10.0.0.2")
    );
}

#[test]
fn cookies_are_secure_everywhere_but_here() {
    for (url, secure) in [
        ("https://crm.example.com", true),
        ("https://CRM.example.com:8443/", true),
        ("http://localhost:3000", false),
        ("http://127.0.0.1:3000", false),
        ("http://[::1]:3000", false),
    ] {
        let config = load(&[HOME, ("DEALWRIGHT_URL", url)], "").expect("fits");
        assert_eq!(config.url.secure_cookies(), secure, "{url}");
    }
    let open = load(&[HOME, ("DEALWRIGHT_ADDR", "0.0.0.0:3000")], "").expect("fits");
    assert!(open.url.secure_cookies());
}

#[test]
fn the_public_url_is_an_origin() {
    let url = PublicUrl::parse("https://CRM.example.com:443/").expect("fits");
    assert_eq!(url.authority(), "crm.example.com");
    for wrong in [
        "crm.example.com",
        "ftp://crm.example.com",
        "https://crm.example.com/crm",
        "",
    ] {
        assert!(PublicUrl::parse(wrong).is_err(), "{wrong}");
    }
    assert!(matches!(
        PublicUrl::parse("http://crm.example.com"),
        Err(Error::PlainHttp(_))
    ));
}

#[test]
fn what_is_measured_is_behind_a_token_that_nobody_guesses() {
    let config = load(&[HOME], "").expect("fits");
    assert!(config.metrics_token.is_none());
    let wrong = message(load(&[HOME, ("DEALWRIGHT_METRICS_TOKEN", "hunter2")], ""));
    assert!(
        wrong.contains("DEALWRIGHT_METRICS_TOKEN") && !wrong.contains("hunter2"),
        "{wrong}"
    );
    let config = load(&[HOME], "metrics_token = '0123456789abcdef'").expect("fits");
    assert!(!format!("{config:?}").contains("0123456789abcdef"));
    assert!(config.metrics_token.is_some());
}

#[test]
fn statements_have_half_a_minute_unless_told_otherwise() {
    const NAME: &str = "DEALWRIGHT_STATEMENT_TIMEOUT";
    let limit = |environment: &[(&str, &str)], file: &str| {
        let environment = [&[HOME], environment].concat();
        load(&environment, file).expect("fits").statement_timeout
    };
    assert_eq!(limit(&[], ""), Some(Duration::from_secs(30)));
    assert_eq!(
        limit(&[], "statement_timeout = 5"),
        Some(Duration::from_secs(5))
    );
    assert_eq!(limit(&[(NAME, "0")], "statement_timeout = 5"), None);
    for wrong in ["4000", "-1", "30s"] {
        let wrong = message(load(&[HOME, (NAME, wrong)], ""));
        assert!(wrong.contains("from 1 to 3600"), "{wrong}");
    }
}

#[test]
fn a_setting_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStringExt as _;

    let broken = || OsString::from_vec(vec![b'/', 0xff]);
    let variables = |name: &str| [(OsString::from(name), broken())].into_iter();
    let error = environment(variables("DEALWRIGHT_DATA")).expect_err("it would be missed");
    assert_eq!(error.to_string(), "DEALWRIGHT_DATA is not UTF-8 text");
    assert_eq!(
        environment(variables("OTHERS")).expect("not ours"),
        HashMap::new()
    );
}

#[test]
fn a_port_that_there_is_not_is_refused() {
    let said = message(load(
        &[HOME, ("DEALWRIGHT_URL", "https://crm.example.com:99999")],
        "",
    ));
    assert!(
        said.contains("DEALWRIGHT_URL is “https://crm.example.com:99999”"),
        "{said}"
    );
    for (url, is) in [
        ("https://crm.example.com:443", "https://crm.example.com"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://[::1]", "http://[::1]"),
    ] {
        let config = load(&[HOME, ("DEALWRIGHT_URL", url)], "").expect("fits");
        assert_eq!(config.url.to_string(), is);
        assert!(config.url_is_given);
    }
}
