//! The organisation: set up as a user would, then forty departments and two hundred people.

use anyhow::{Context as _, Result};
use domain::UserId;
use domain::workspace::SetUp;
use services::{Ctx, setup};

/// Everybody's password.
pub const PASSWORD: &str = "bench-bench-bench";
/// People.
pub const USERS: i64 = 200;
/// Who may do everything.
pub const ADMINISTRATOR: UserId = 1;
/// Sees all, changes nothing, and owns nothing.
const DIRECTOR: UserId = 3;
/// Heads a division of eight departments of five people each, the head among them.
pub const HEAD_OF_40: UserId = 42;
/// One of those forty.
pub const SALESPERSON: UserId = 63;

/// Everybody's address, by their id.
pub const EMAIL: fn(UserId) -> String = |user| format!("user{user}@bench.test");

/// Five divisions with seven teams each.
const DEPARTMENTS: &str = "
    insert into department (id, name, parent_id)
    select n, 'Division ' || n, null from generate_series(1, 5) n
    union all
    select 5 + (d - 1) * 7 + t, 'Team ' || d || '.' || t, d
      from generate_series(1, 5) d cross join generate_series(1, 7) t
     order by 1";

/// Forty people a division: five in itself, five in each of its teams.
const PEOPLE: &str = "
    insert into app_user (id, email, name, department_id, created_at)
    select u, 'user' || u || '@bench.test',
           bench.given_name(u) || ' ' || bench.family_name(u),
           case (u - 1) % 40 / 5
             when 0 then (u - 1) / 40 + 1
             else 5 + (u - 1) / 40 * 7 + (u - 1) % 40 / 5
           end,
           now() - interval '4 years'
      from generate_series(2, $1) u";

/// The second of a division heads it, the first of a team heads that.
const HEADS: &str = "
    update department d
       set head_id = case when d.parent_id is null then (d.id - 1) * 40 + 2
                          else (d.parent_id - 1) * 40 + ((d.id - 6) % 7 + 1) * 5 + 1 end";

const ROLES: &str = "
    insert into user_role (user_id, role)
    select u.id, case when u.id = $1 then 'director'
                      when exists (select from department d where d.head_id = u.id)
                        then 'head_of_sales'
                      else 'salesperson' end
      from app_user u where u.id <> $2";

pub(super) async fn make(ctx: &Ctx) -> Result<()> {
    let token = setup::open_link(ctx)
        .await?
        .context("the database is set up already")?;
    let form = SetUp {
        organisation: "Bench".to_owned(),
        name: "Ada Bench".to_owned(),
        email: EMAIL(ADMINISTRATOR),
        password: PASSWORD.to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Warsaw".to_owned(),
        leads: false,
        preset: "sales".to_owned(),
    };
    let administrator = setup::set_up(ctx, &token, form).await?;
    anyhow::ensure!(
        administrator == ADMINISTRATOR,
        "the administrator has the id {administrator}"
    );
    let pool = ctx.db.get_postgres_connection_pool();
    let mut connection = pool.acquire().await?;
    super::words::make(&mut connection).await?;
    sqlx::query(DEPARTMENTS).execute(&mut *connection).await?;
    sqlx::query(PEOPLE)
        .bind(USERS)
        .execute(&mut *connection)
        .await?;
    sqlx::query(HEADS).execute(&mut *connection).await?;
    sqlx::query(ROLES)
        .bind(DIRECTOR)
        .bind(ADMINISTRATOR)
        .execute(&mut *connection)
        .await?;
    let rest = "
        update app_user set department_id = 1 where id = 1;
        -- The hash of a password is made to be slow; that of the administrator does for all.
        update app_user set password_hash = (select password_hash from app_user where id = 1);
        select setval(pg_get_serial_sequence('app_user', 'id'), max(id)) from app_user;
        select setval(pg_get_serial_sequence('department', 'id'), max(id)) from department;";
    super::run(&mut connection, rest).await
}
