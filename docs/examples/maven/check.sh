#!/usr/bin/env bash
# Imports the Maven set, shows its funnel beside the same numbers counted from the CSV file by one
# line of awk, takes the four imports back, and compares the database with how it was before.
#
#   DATABASE_URL       a PostgreSQL database of this purpose; it must hold nothing
#   MAVEN              the folder of the set, ../shared/data/maven-crm beside the repository
#   DEALWRIGHT         the program, that of the last debug build or the one on the PATH
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(cd "$here/../../.." && pwd)"
maven="${MAVEN:-$repo/../shared/data/maven-crm}"
built="${CARGO_TARGET_DIR:-${DEALWRIGHT_CACHE:-$HOME/.cache/dealwright}/target}/debug/dealwright"
dealwright="${DEALWRIGHT:-$([ -x "$built" ] && echo "$built" || echo dealwright)}"
: "${DATABASE_URL:?names an empty PostgreSQL database, such as postgres://user:password@localhost/maven}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

ask() { psql "$DATABASE_URL" --no-psqlrc --quiet --tuples-only --no-align --field-separator=' ' --command "$1"; }

# What people see: records in use, kept totals and the funnel's numbers that are not zero, people
# who work here, departments, pipelines and lost reasons on offer.
picture() {
    for kind in lead contact company deal product; do
        ask "select '$kind', count(*) from $kind where deleted_at is null"
    done
    ask "select 'total', * from stage_total where count <> 0 or amount <> 0 order by 2, 3, 4, 5, 6, 7"
    ask "select 'funnel', * from funnel_day where count <> 0 or amount <> 0 order by 2, 3, 4, 5, 6, 7, 8"
    ask "select 'user', email from app_user where active order by 2"
    ask "select 'department', name from department order by 2"
    ask "select 'pipeline', name from pipeline where deleted_at is null order by 2"
    ask "select 'lost reason', name from lost_reason where deleted_at is null order by 2"
}

DEALWRIGHT_LOG=warn "$dealwright" migrate
# An organisation as set-up makes it, with its administrator.
ask "insert into organisation (name, currency, time_zone, country, created_at)
     values ('Maven', 'USD', 'America/New_York', 'US', now()) on conflict do nothing;
     insert into app_user (email, name, created_at)
     values ('administrator@maven.example', 'Administrator', now()) on conflict do nothing;"
picture >"$work/before"

operations=()
import() {
    echo "── $1 from $2.csv"
    DEALWRIGHT_LOG=warn "$dealwright" import --map "$here/$1.toml" --refused "$work/$1.refused.csv" \
        "$maven/$2.csv" | tee "$work/said"
    operations=("$(sed -n 's/^To take it back: dealwright undo //p' "$work/said")" "${operations[@]}")
}
import users sales_teams
import companies accounts
import products products
import deals sales_pipeline

ask "select s.name, sum(t.count), sum(t.amount)::bigint
       from stage s join stage_total t on t.stage_id = s.id group by s.id order by s.name" >"$work/funnel"
awk -F, 'NR > 1 { n[$5]++; sum[$5] += $8 } END { for (s in n) print s, n[s], sum[s] }' \
    "$maven/sales_pipeline.csv" | sort >"$work/counted"

echo
echo "Stage, deals, sum:   Dealwright                     counted from the CSV"
paste -d '|' "$work/funnel" "$work/counted" | awk -F'|' '{ printf "                     %-30s %s\n", $1, $2 }'
diff "$work/funnel" "$work/counted" || { echo "They differ." >&2; exit 1; }

# Won deals and their sum by closing month: the dates are those of the file.
ask "select to_char(closed_at at time zone 'America/New_York', 'YYYY-MM'), count(*), sum(amount)::bigint
       from deal d join stage s on s.id = d.stage_id
      where s.meaning = 'won' and d.deleted_at is null group by 1 order by 1" >"$work/months"
awk -F, '$5 == "Won" { m = substr($7, 1, 7); n[m]++; sum[m] += $8 } END { for (m in n) print m, n[m], sum[m] }' \
    "$maven/sales_pipeline.csv" | sort >"$work/counted-months"
diff "$work/months" "$work/counted-months" || { echo "Closing months differ." >&2; exit 1; }
echo "Won deals by closing month: $(wc -l <"$work/months") months, all equal."
echo

for operation in "${operations[@]}"; do
    echo "── undo $operation"
    DEALWRIGHT_LOG=warn "$dealwright" undo "$operation" | sed -n '1p'
done
picture >"$work/after"
diff "$work/before" "$work/after" || { echo "Something is left." >&2; exit 1; }
echo
echo "As before: $(wc -l <"$work/before") lines of what people see, all equal."
