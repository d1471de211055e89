-- What people did with the first version that landed: written by hand as its write path wrote it.
-- Triggers keep the totals, as they did then.
insert into organisation (name, currency, time_zone, country, created_at)
values ('Old & Sons', 'EUR', 'Europe/Warsaw', 'PL', '2026-01-01');
insert into department (name) values ('Sales');
insert into department (name, parent_id) values ('Roofs', 1);
insert into app_user (email, name, password_hash, department_id, created_at)
values ('anna@example.com', 'Anna', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', 1, '2026-01-01'),
       ('ben@example.com', 'Ben', null, 2, '2026-01-02');
update department set head_id = 1 where id = 1;
insert into user_role (user_id, role) values (1, 'administrator'), (2, 'salesperson');
insert into setup_link (token_hash, created_at) values ('used', '2026-01-01');

insert into pipeline (kind, name, position) values ('deal', 'Sales', 1), ('lead', 'Leads', 2);
insert into stage (pipeline_id, name, color, meaning, probability, position)
values (1, 'New', 'blue', 'open', 10, 0), (1, 'Offer', 'blue', 'open', 40, 1),
       (1, 'Talks', 'blue', 'open', 60, 2), (1, 'Won', 'green', 'won', 100, 3),
       (1, 'Lost', 'red', 'lost', 0, 4), (2, 'New', 'blue', 'open', 10, 0),
       (2, 'Won', 'green', 'won', 100, 1), (2, 'Lost', 'red', 'lost', 0, 2);
insert into lost_reason (name, position) values ('Price', 1);

insert into company (name, country, owner_id, created_at, updated_at)
values ('Acme', 'PL', 1, '2026-02-01', '2026-02-01');
insert into contact (name, first_name, last_name, owner_id, created_at, updated_at)
values ('Ada Byron', 'Ada', 'Byron', 1, '2026-02-02', '2026-02-02');
insert into product (name, sku, price, price_currency, created_at, updated_at)
values ('Tile', 'T-1', 2.5, 'EUR', '2026-02-02', '2026-02-02');
insert into contact_point (kind, record_id, point_type, text, normalised, position)
values ('contact', 1, 'phone', '+48 600 100 200', '+48600100200', 0),
       ('contact', 1, 'email', 'Ada@Example.com', 'ada@example.com', 0);

insert into lead (title, pipeline_id, stage_id, stage_since, position, owner_id, created_at, updated_at)
values ('Garage', 2, 6, '2026-03-01', 'V', 2, '2026-03-01', '2026-03-01');
insert into deal (title, pipeline_id, stage_id, stage_since, position, amount, currency, lost_reason_id,
                  closed_at, company_id, owner_id, everyone, created_at, updated_at, version, deleted_at)
values ('Roof', 1, 1, '2026-03-01', 'V', 1000, 'EUR', null, null, 1, 1, false, '2026-03-01', '2026-03-01', 1, null),
       ('Wall', 1, 5, '2026-03-09', 'W', 250.25, 'PLN', 1, '2026-03-09', 1, 2, false, '2026-03-02', '2026-03-09', 1, null),
       ('Door', 1, 4, '2026-03-08', 'X', null, null, null, '2026-03-08', null, null, true, '2026-03-03', '2026-03-08', 1, null),
       ('Gate', 1, 2, '2026-03-07', 'Y', 70, 'EUR', null, null, null, 2, false, '2026-03-04', '2026-03-07', 1, null),
       ('Shed', 1, 1, '2026-03-06', 'Z', 5, 'EUR', null, null, null, 1, false, '2026-03-05', '2026-03-10', 2, '2026-03-10');
insert into record_link (from_kind, from_id, field, to_kind, to_id, position)
values ('deal', 1, 'contacts', 'contact', 1, 0), ('contact', 1, 'companies', 'company', 1, 0);
insert into record_observer (kind, record_id, user_id) values ('deal', 1, 2);
insert into stage_stay (kind, record_id, pipeline_id, stage_id, entered_at, left_at, owner_id, amount, currency)
values ('lead', 1, 2, 6, '2026-03-01', null, 2, null, null),
       ('deal', 1, 1, 1, '2026-03-01', null, 1, 1000, 'EUR'),
       ('deal', 2, 1, 1, '2026-03-02', '2026-03-05', 2, 250.25, 'PLN'),
       ('deal', 2, 1, 3, '2026-03-05', '2026-03-09', 2, 250.25, 'PLN'),
       ('deal', 2, 1, 5, '2026-03-09', null, 2, 250.25, 'PLN'),
       ('deal', 3, 1, 4, '2026-03-08', null, null, null, null),
       ('deal', 4, 1, 2, '2026-03-07', null, 2, 70, 'EUR'),
       ('deal', 5, 1, 1, '2026-03-06', null, 1, 5, 'EUR');
insert into operation (at, user_id, via, label) values ('2026-03-01', 1, 'form', '');
insert into event (operation_id, at, user_id, kind, record_id, what, version, difference)
values (1, '2026-03-01', 1, 'deal', 1, 'created', 1, '{"title": [null, "Roof"], "stage_id": [null, 1]}');

-- Roof goes to the second stage, and somebody writes what for.
update deal set stage_id = 2, stage_since = '2026-03-04', updated_at = '2026-03-04', version = 2 where id = 1;
update stage_stay set left_at = '2026-03-04' where kind = 'deal' and record_id = 1 and left_at is null;
insert into stage_stay (kind, record_id, pipeline_id, stage_id, entered_at, owner_id, amount, currency)
values ('deal', 1, 1, 2, '2026-03-04', 1, 1000, 'EUR');
insert into operation (at, user_id, via) values ('2026-03-04', 1, 'board'), ('2026-03-05', 1, 'form');
insert into note (kind, record_id, body, author_id, created_at, updated_at)
values ('deal', 1, 'They want **blue**', 1, '2026-03-05', '2026-03-05');
insert into event (operation_id, at, user_id, kind, record_id, what, version, difference, note_id)
values (2, '2026-03-04', 1, 'deal', 1, 'moved', 2,
        '{"stage_id": [1, 2], "stage_since": ["2026-03-01T00:00:00Z", "2026-03-04T00:00:00Z"], "position": ["V", "V"]}', null),
       (3, '2026-03-05', 1, 'deal', 1, 'noted', 2, '{}', 1);
