//! The first run: a one-time link, and what is made behind it.

use std::fmt::Write as _;

use domain::money::Currency;
use domain::rights::Role;
use domain::timeline::Via;
use domain::workspace::{SetUp, SetUpOffer};
use domain::{Error, FieldError, Problem, UserId};
use entity::{organisation, setup_link};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QuerySelect as _,
};
use sha2::{Digest as _, Sha256};

use crate::Ctx;
use crate::accounts::{self, check_email, check_line, check_password, check_time_zone};
use crate::failure::{Result, settle};
use crate::people::{self, NewPerson};
use crate::presets::{self, Preset};
use crate::records::write::Operation;

/// The one row of the tables that have one row.
const ROW: i16 = 1;

/// Whether there is an organisation.
pub async fn is_done(ctx: &Ctx) -> Result<bool, Error> {
    settle(ctx, "setup.is_done", has_organisation(&ctx.db).await)
}

async fn has_organisation(db: &impl ConnectionTrait) -> Result<bool> {
    Ok(organisation::Entity::find().count(db).await? > 0)
}

/// Opens a new one-time link, which ends the one before, and tells its token; none where there is
/// an organisation already. Only the system itself may do it.
pub async fn open_link(ctx: &Ctx) -> Result<Option<String>, Error> {
    let open = async {
        if !ctx.actor.is_system() {
            return Err(Error::Forbidden("Only the server opens the link.".into()).into());
        }
        if has_organisation(&ctx.db).await? {
            return Ok(None);
        }
        let bits: [u8; 32] = rand::random();
        let token = hex(&bits);
        let row = setup_link::ActiveModel {
            id: Set(ROW),
            token_hash: Set(digest(&token)),
            created_at: Set(ctx.now),
        };
        let newest = OnConflict::column(setup_link::Column::Id)
            .update_columns([setup_link::Column::TokenHash, setup_link::Column::CreatedAt])
            .to_owned();
        setup_link::Entity::insert(row)
            .on_conflict(newest)
            .exec(&ctx.db)
            .await?;
        Ok(Some(token))
    };
    settle(ctx, "setup.open_link", open.await)
}

/// What the set-up page offers to whoever has the link; none where the token is not that of the
/// newest link, [`Error::NotFound`] where there is an organisation already.
pub async fn offer(ctx: &Ctx, token: &str) -> Result<Option<SetUpOffer>, Error> {
    let offer = async {
        check_open(&ctx.db).await?;
        let link = setup_link::Entity::find_by_id(ROW).one(&ctx.db).await?;
        let time_zones = accounts::time_zones();
        let offer = || SetUpOffer {
            presets: presets::outlines(),
            time_zones,
        };
        Ok(fits(link.as_ref(), token).then(offer))
    };
    settle(ctx, "setup.offer", offer.await)
}

/// Makes the organisation, its administrator and its first pipelines, all or nothing, and uses the
/// link up. Tells the administrator.
///
/// [`Error::NotFound`] where there is an organisation already, [`Error::Forbidden`] where the token
/// is not that of the newest link; [`Error::Invalid`] names every field that does not fit.
pub async fn set_up(ctx: &Ctx, token: &str, form: SetUp) -> Result<UserId, Error> {
    settle(ctx, "setup.set_up", make(ctx, token, form).await)
}

async fn make(ctx: &Ctx, token: &str, form: SetUp) -> Result<UserId> {
    // Whoever has the link acts as the system, once.
    let system = Ctx::system(ctx.db.clone(), ctx.publisher.clone(), ctx.now);
    let mut operation = Operation::begin(&system, Via::System, "Set-up").await?;
    // Locked, so that of two browsers with the link one sets up.
    let link = setup_link::Entity::find_by_id(ROW)
        .lock_exclusive()
        .one(operation.tx())
        .await?;
    check_open(operation.tx()).await?;
    if !fits(link.as_ref(), token) {
        let old = "This link is not the newest one. Open the one printed at the last start.";
        return Err(Error::Forbidden(old.into()).into());
    }
    let checked = check(&form)?;
    let row = organisation::ActiveModel {
        id: Set(ROW),
        name: Set(checked.organisation),
        currency: Set(checked.currency.code().to_owned()),
        time_zone: Set(checked.time_zone.name().to_owned()),
        country: Set(country_of(checked.time_zone).to_owned()),
        leads: Set(form.leads),
        demo: Set(false),
        created_at: Set(ctx.now),
    };
    row.insert(operation.tx()).await?;
    let administrator = NewPerson {
        name: checked.name,
        email: checked.email,
        password_hash: Some(accounts::hash(&form.password).await?),
        roles: vec![Role::Administrator],
        active: true,
        ..NewPerson::default()
    };
    let administrator = people::add(&mut operation, ctx.now, &administrator).await?;
    checked.preset.make(&mut operation, ctx.now).await?;
    setup_link::Entity::delete_by_id(ROW)
        .exec(operation.tx())
        .await?;
    operation.commit().await?;
    Ok(administrator)
}

async fn check_open(db: &impl ConnectionTrait) -> Result<()> {
    if has_organisation(db).await? {
        Err(Error::NotFound.into())
    } else {
        Ok(())
    }
}

/// Whether the token is that of the link. Digests are compared, so the time it takes tells nothing.
fn fits(link: Option<&setup_link::Model>, token: &str) -> bool {
    link.is_some_and(|link| link.token_hash == digest(token))
}

struct Checked {
    organisation: String,
    name: String,
    email: String,
    currency: Currency,
    time_zone: chrono_tz::Tz,
    preset: &'static Preset,
}

/// All fields, so that one sees all that is wrong at once.
fn check(form: &SetUp) -> Result<Checked, Error> {
    let organisation = check_line("organisation", "Organisation", &form.organisation);
    let name = check_line("name", "Your name", &form.name);
    let email = check_email("email", "E-mail", &form.email);
    let password = check_password("password", "Password", &form.password);
    let currency = Currency::parse(&form.currency)
        .map_err(|problem| Error::field("currency", "Currency", problem));
    let time_zone = check_time_zone(&form.time_zone);
    let preset = presets::find(&form.preset).ok_or_else(|| {
        let given = form.preset.chars().take(40).collect();
        Error::field("preset", "Pipelines", Problem::UnknownChoice { given })
    });
    match (
        organisation,
        name,
        email,
        password,
        currency,
        time_zone,
        preset,
    ) {
        (
            Ok(organisation),
            Ok(name),
            Ok(email),
            Ok(()),
            Ok(currency),
            Ok(time_zone),
            Ok(preset),
        ) => Ok(Checked {
            organisation,
            name,
            email,
            currency,
            time_zone,
            preset,
        }),
        (organisation, name, email, password, currency, time_zone, preset) => {
            let errors = [
                organisation.err(),
                name.err(),
                email.err(),
                password.err(),
                currency.err(),
                time_zone.err(),
                preset.err(),
            ];
            let wrong: Vec<FieldError> = errors
                .iter()
                .flatten()
                .flat_map(|error| error.field_errors().to_vec())
                .collect();
            Err(Error::Invalid(wrong))
        }
    }
}

/// The country whose phone numbers are written without a country code, guessed from the time zone:
/// set-up asks for one thing less.
fn country_of(zone: chrono_tz::Tz) -> &'static str {
    match zone.name() {
        "Europe/Warsaw" => "PL",
        "Europe/Berlin" => "DE",
        "Europe/London" => "GB",
        "Europe/Paris" => "FR",
        "Europe/Madrid" => "ES",
        "Europe/Rome" => "IT",
        "Europe/Amsterdam" => "NL",
        "Europe/Brussels" => "BE",
        "Europe/Vienna" => "AT",
        "Europe/Zurich" => "CH",
        "Europe/Prague" => "CZ",
        "Europe/Bratislava" => "SK",
        "Europe/Budapest" => "HU",
        "Europe/Bucharest" => "RO",
        "Europe/Sofia" => "BG",
        "Europe/Athens" => "GR",
        "Europe/Istanbul" => "TR",
        "Europe/Kyiv" | "Europe/Kiev" => "UA",
        "Europe/Vilnius" => "LT",
        "Europe/Riga" => "LV",
        "Europe/Tallinn" => "EE",
        "Europe/Helsinki" => "FI",
        "Europe/Stockholm" => "SE",
        "Europe/Oslo" => "NO",
        "Europe/Copenhagen" => "DK",
        "Europe/Dublin" => "IE",
        "Europe/Lisbon" => "PT",
        "Europe/Minsk" => "BY",
        "Europe/Moscow" | "Europe/Kaliningrad" | "Europe/Samara" | "Asia/Yekaterinburg"
        | "Asia/Omsk" | "Asia/Novosibirsk" | "Asia/Krasnoyarsk" | "Asia/Irkutsk"
        | "Asia/Vladivostok" => "RU",
        "Asia/Almaty" | "Asia/Qyzylorda" => "KZ",
        "Asia/Tashkent" => "UZ",
        "Asia/Tbilisi" => "GE",
        "Asia/Yerevan" => "AM",
        "Asia/Baku" => "AZ",
        "Asia/Kolkata" | "Asia/Calcutta" => "IN",
        "Asia/Dubai" => "AE",
        "Asia/Jerusalem" => "IL",
        "Asia/Singapore" => "SG",
        "Asia/Tokyo" => "JP",
        "Asia/Seoul" => "KR",
        "Asia/Shanghai" => "CN",
        "Australia/Sydney"
        | "Australia/Melbourne"
        | "Australia/Brisbane"
        | "Australia/Perth"
        | "Australia/Adelaide" => "AU",
        "Pacific/Auckland" => "NZ",
        "America/Toronto" | "America/Vancouver" | "America/Edmonton" | "America/Winnipeg"
        | "America/Halifax" => "CA",
        "America/Mexico_City" => "MX",
        "America/Sao_Paulo" => "BR",
        "America/Argentina/Buenos_Aires" => "AR",
        "Africa/Johannesburg" => "ZA",
        _ => "US",
    }
}

fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.trim().as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
