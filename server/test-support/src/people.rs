//! People, departments and pipelines, a line each.

use std::collections::BTreeMap;

use domain::pipeline::{Gate, Meaning, Pipeline, Stage};
use domain::rights::{Actor, Role};
use domain::{DepartmentId, Kind, UserId};
use sea_orm::{ConnectionTrait, Statement, Value as Sql};
use services::Ctx;

use crate::TestDb;

/// The stages of a small pipeline.
pub const OPEN_WON_LOST: [(&str, Meaning); 4] = [
    ("New", Meaning::Open),
    ("Offer", Meaning::Open),
    ("Won", Meaning::Won),
    ("Lost", Meaning::Lost),
];

impl TestDb {
    /// A department, below another or at the top.
    pub async fn department(&self, name: &str, parent: Option<DepartmentId>) -> DepartmentId {
        self.returning_id(
            "insert into department (name, parent_id) values ($1, $2) returning id",
            [name.into(), parent.into()],
        )
        .await
    }

    /// A user with roles. Their e-mail address is made of the name and a number.
    pub async fn user(
        &self,
        name: &str,
        roles: &[Role],
        department: Option<DepartmentId>,
    ) -> UserId {
        let email = format!(
            "{}.{}@example.com",
            name.to_lowercase().replace(' ', "."),
            self.next()
        );
        let id = self
            .returning_id(
                "insert into app_user (email, name, department_id, created_at) \
                 values ($1, $2, $3, '2026-01-01') returning id",
                [email.into(), name.into(), department.into()],
            )
            .await;
        for role in roles {
            self.returning_id(
                "insert into user_role (user_id, role) values ($1, $2) returning user_id",
                [id.into(), role.as_str().into()],
            )
            .await;
        }
        id
    }

    /// A user as the rule of rights sees them.
    ///
    /// # Panics
    /// Where there is no such user.
    pub async fn actor(&self, user: UserId) -> Actor {
        let me = self
            .rows(&format!(
                "select department_id from app_user where id = {user}"
            ))
            .await;
        let department: Option<i64> = me
            .first()
            .expect("the user exists")
            .try_get_by(0)
            .expect("a department");
        let roles = self
            .rows(&format!(
                "select role from user_role where user_id = {user} order by role"
            ))
            .await
            .iter()
            .filter_map(|row| Role::parse(&row.try_get_by::<String, _>(0).expect("a role")))
            .collect();
        let mut team: BTreeMap<DepartmentId, Vec<UserId>> = BTreeMap::new();
        if let Some(department) = department {
            let below = self
                .rows(&format!(
                    "with recursive below as (
                       select id from department where id = {department}
                       union select d.id from department d join below b on d.parent_id = b.id)
                     select b.id, u.id from below b left join app_user u on u.department_id = b.id
                     order by 1, 2"
                ))
                .await;
            for row in below {
                let users = team
                    .entry(row.try_get_by(0).expect("a department"))
                    .or_default();
                users.extend(row.try_get_by::<Option<i64>, _>(1).expect("a user"));
            }
        }
        Actor {
            user_id: Some(user),
            roles,
            department,
            team,
        }
    }

    /// The context of a user.
    pub async fn ctx_of(&self, user: UserId) -> Ctx {
        self.ctx(self.actor(user).await)
    }

    /// A pipeline with its stages.
    pub async fn pipeline(&self, kind: Kind, name: &str, stages: &[(&str, Meaning)]) -> Pipeline {
        let place = i32::try_from(self.next()).unwrap_or(i32::MAX);
        let id = self
            .returning_id(
                "insert into pipeline (kind, name, position) values ($1, $2, $3) returning id",
                [kind.as_str().into(), name.into(), place.into()],
            )
            .await;
        let mut made = Vec::with_capacity(stages.len());
        for (place, &(name, meaning)) in (0i16..).zip(stages) {
            let probability = match meaning {
                Meaning::Open => (place * 10).clamp(0, 90),
                Meaning::Won => 100,
                Meaning::Lost => 0,
            };
            let stage = self
                .returning_id(
                    "insert into stage (pipeline_id, name, color, meaning, probability, position) \
                     values ($1, $2, 'blue', $3, $4, $5) returning id",
                    [
                        id.into(),
                        name.into(),
                        meaning.as_str().into(),
                        probability.into(),
                        i32::from(place).into(),
                    ],
                )
                .await;
            made.push(Stage {
                id: stage,
                pipeline_id: id,
                name: name.to_owned(),
                color: "blue".to_owned(),
                meaning,
                probability: u8::try_from(probability).unwrap_or_default(),
                stale_days: None,
                gate: Gate::default(),
            });
        }
        Pipeline {
            id,
            kind,
            name: name.to_owned(),
            stages: made,
        }
    }

    /// A reason for losing.
    pub async fn lost_reason(&self, name: &str) -> i64 {
        let place = i32::try_from(self.next()).unwrap_or(i32::MAX);
        self.returning_id(
            "insert into lost_reason (name, position) values ($1, $2) returning id",
            [name.into(), place.into()],
        )
        .await
    }

    /// Runs an insert that returns an id.
    pub(crate) async fn returning_id<const N: usize>(&self, sql: &str, values: [Sql; N]) -> i64 {
        let insert = Statement::from_sql_and_values(self.db.get_database_backend(), sql, values);
        let row = self
            .db
            .query_one_raw(insert)
            .await
            .expect(sql)
            .expect("a row");
        row.try_get_by(0).expect("an id")
    }
}
