-- Invitations of people.

-- The one link that lets a user set a password: a new one takes the place of the old.
create table invitation (
  user_id bigint primary key references app_user on delete cascade,
  -- Digest of the token in the link, so that a copy of the table opens no door.
  token_hash text not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
