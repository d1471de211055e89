//! Companies, contacts with their phones and addresses, and who belongs to which deal.

use anyhow::Result;
use sqlx::PgConnection;

use super::{Plan, run};

const COMPANIES: &str = "
    insert into company (id, name, industry, website, country, employees, founded, owner_id,
                         created_at, created_by, updated_at, updated_by)
    select n, bench.company_name(n), null, 'https://company' || n || '.example', 'DE',
           5 + bench.draw(n, 31, 5000), 1950 + bench.draw(n, 32, 70), o.id,
           c.at, o.id, c.at, o.id
      from generate_series(1, $1) n
      cross join lateral (select 4 + bench.draw(n, 33, 197) as id) o
      cross join lateral (select $2 - interval '1 hour' * bench.draw(n, 34, 26280) as at) c";

const CONTACTS: &str = "
    insert into contact (id, name, first_name, last_name, job_title, owner_id,
                         created_at, created_by, updated_at, updated_by)
    select n, p.first || ' ' || p.last, p.first, p.last, null, o.id, c.at, o.id, c.at, o.id
      from generate_series(1, $1) n
      cross join lateral (select bench.given_name(n) as first, bench.family_name(n) as last) p
      cross join lateral (select 4 + bench.draw(n, 35, 197) as id) o
      cross join lateral (select $2 - interval '1 hour' * bench.draw(n, 36, 26280) as at) c";

const POINTS: &str = "
    insert into contact_point (kind, record_id, point_type, text, normalised, position)
    select 'contact', n, t.point_type, t.text, t.normalised, 0
      from generate_series(1, $1) n
      cross join lateral (values
        ('email', lower(bench.given_name(n) || '.' || bench.family_name(n)) || n || '@example.com',
         lower(bench.given_name(n) || '.' || bench.family_name(n)) || n || '@example.com'),
        ('phone', '0151 ' || (10000000 + n), '+49151' || (10000000 + n))
      ) as t(point_type, text, normalised)";

const EMPLOYERS: &str = "
    insert into record_link (from_kind, from_id, field, to_kind, to_id, position)
    select 'contact', n, 'companies', 'company', 1 + bench.draw(n, 37, $2), 0
      from generate_series(1, $1) n";

/// Companies and contacts.
pub(super) async fn make(connection: &mut PgConnection, plan: Plan) -> Result<()> {
    let companies = i32::try_from(plan.companies)?;
    for (sql, count) in [(COMPANIES, plan.companies), (CONTACTS, plan.contacts)] {
        sqlx::query(sql)
            .bind(count)
            .bind(plan.until)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(POINTS)
        .bind(plan.contacts)
        .execute(&mut *connection)
        .await?;
    sqlx::query(EMPLOYERS)
        .bind(plan.contacts)
        .bind(companies)
        .execute(&mut *connection)
        .await?;
    let sequences = "
        select setval(pg_get_serial_sequence('company', 'id'), max(id)) from company;
        select setval(pg_get_serial_sequence('contact', 'id'), max(id)) from contact;";
    run(connection, sequences).await
}

const LINKS: &str = "
    insert into record_link (from_kind, from_id, field, to_kind, to_id, position)
    select 'deal', n, 'contacts', 'contact', 1 + bench.draw(n, 38, $3), 0
      from generate_series($1, $2) n
     where bench.draw(n, 39, 10) < 6";

const OBSERVERS: &str = "
    insert into record_observer (kind, record_id, user_id)
    select 'deal', n, 1 + bench.draw(n, 40, 200)
      from generate_series($1, $2) n
     where bench.draw(n, 41, 50) = 0";

/// Contacts and observers of some deals.
pub(super) async fn link(
    connection: &mut PgConnection,
    plan: Plan,
    first: i64,
    last: i64,
) -> Result<()> {
    sqlx::query(LINKS)
        .bind(first)
        .bind(last)
        .bind(i32::try_from(plan.contacts)?)
        .execute(&mut *connection)
        .await?;
    sqlx::query(OBSERVERS)
        .bind(first)
        .bind(last)
        .execute(&mut *connection)
        .await?;
    Ok(())
}
