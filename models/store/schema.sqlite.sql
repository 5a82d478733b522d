-- Made from the migrations by `go test ./models/store -run TestSchemaFiles -update`.

CREATE TABLE assignments (
  id                 INTEGER PRIMARY KEY,
  plan_id            BIGINT NOT NULL REFERENCES plans (id),
  measure_id         BIGINT NOT NULL REFERENCES measures (id),
  unit_id            BIGINT NOT NULL REFERENCES units (id),
  group_id           BIGINT NOT NULL DEFAULT 0,
  role               TEXT NOT NULL CHECK (role IN ('lead','cooperate','responsible','pilot')),
  state              TEXT NOT NULL CHECK (state IN ('unack','active','review','returned','done','closed','na','withdrawn')),
  due_on             TEXT,
  effective_on       TEXT,
  resubmit_by        TEXT,
  issued_on          TEXT NOT NULL,
  signed_at          DATETIME,
  submitted_at       DATETIME,
  first_submitted_on TEXT,
  finished_at        DATETIME,
  closed_at          DATETIME,
  blocked_cause      TEXT NOT NULL DEFAULT '',
  blocked_by         TEXT NOT NULL DEFAULT '',
  nudges             INTEGER NOT NULL DEFAULT 0,
  nudged_on          TEXT,
  version            INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
  -- models.Assignment.ReferenceOn: the day chased against. No date is the last
  -- day there is, so that it sorts last on both databases. Not a generated
  -- column: SQLite does not read those from an index alone.
  ref_on             TEXT NOT NULL,
  CONSTRAINT assignments_ref_on CHECK (ref_on =
    CASE WHEN state = 'returned' AND resubmit_by IS NOT NULL THEN resubmit_by
         WHEN effective_on IS NOT NULL THEN effective_on ELSE '9999-12-31' END),
  UNIQUE (measure_id, unit_id)
);
CREATE INDEX assignments_open ON assignments (ref_on, id, issued_on, state, plan_id, unit_id) WHERE state IN ('unack','active','returned');
CREATE INDEX assignments_plan ON assignments (plan_id, measure_id, role, state, ref_on, issued_on, unit_id, effective_on);
CREATE INDEX assignments_plan_open ON assignments (plan_id, ref_on, id, issued_on, state) WHERE state IN ('unack','active','returned');
CREATE INDEX assignments_plan_review ON assignments (plan_id, submitted_at, id) WHERE state = 'review';
CREATE INDEX assignments_review ON assignments (submitted_at, id) WHERE state = 'review';
CREATE INDEX assignments_unit ON assignments (unit_id, state);
CREATE TABLE attempts (
  id         INTEGER PRIMARY KEY,
  message_id BIGINT NOT NULL REFERENCES messages (id),
  at         DATETIME NOT NULL,
  ok         BOOLEAN NOT NULL,
  result     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX attempts_message ON attempts (message_id);
CREATE TABLE audit (
  id            INTEGER PRIMARY KEY,
  at            DATETIME NOT NULL,
  actor_id      BIGINT NOT NULL DEFAULT 0,
  actor_name    TEXT NOT NULL DEFAULT '',
  actor_role    TEXT NOT NULL DEFAULT '',
  actor_unit_id BIGINT NOT NULL DEFAULT 0,
  ip            TEXT NOT NULL DEFAULT '',
  act           TEXT NOT NULL,
  plan_id       BIGINT NOT NULL DEFAULT 0,
  measure_id    BIGINT NOT NULL DEFAULT 0,
  assignment_id BIGINT NOT NULL DEFAULT 0,
  unit_id       BIGINT NOT NULL DEFAULT 0,
  object        TEXT NOT NULL DEFAULT '',
  from_state    TEXT NOT NULL DEFAULT '',
  to_state      TEXT NOT NULL DEFAULT '',
  note          TEXT NOT NULL DEFAULT '',
  detail        TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_assignment ON audit (assignment_id, id);
CREATE INDEX audit_measure ON audit (measure_id, id);
CREATE INDEX audit_plan ON audit (plan_id, id);
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TABLE deadlines (
  id         INTEGER PRIMARY KEY,
  measure_id BIGINT NOT NULL REFERENCES measures (id),
  text       TEXT NOT NULL,
  date       TEXT,
  kind       TEXT NOT NULL,
  r_rule     TEXT NOT NULL DEFAULT '',
  authority  TEXT NOT NULL DEFAULT '',
  sort_no    INTEGER NOT NULL
);
CREATE INDEX deadlines_measure ON deadlines (measure_id, sort_no);
CREATE TABLE evidence (
  id            INTEGER PRIMARY KEY,
  submission_id BIGINT NOT NULL REFERENCES submissions (id),
  assignment_id BIGINT NOT NULL REFERENCES assignments (id),
  kind          TEXT NOT NULL CHECK (kind IN ('file','link')),
  name          TEXT NOT NULL,
  sha256        TEXT NOT NULL DEFAULT '',
  size          BIGINT NOT NULL DEFAULT 0,
  mime          TEXT NOT NULL DEFAULT '',
  by_id         BIGINT NOT NULL,
  by_name       TEXT NOT NULL DEFAULT '',
  created_at    DATETIME NOT NULL
);
CREATE INDEX evidence_assignment ON evidence (assignment_id);
CREATE INDEX evidence_sha256 ON evidence (sha256);
CREATE INDEX evidence_submission ON evidence (submission_id);
CREATE TABLE extensions (
  id            INTEGER PRIMARY KEY,
  assignment_id BIGINT NOT NULL REFERENCES assignments (id),
  number        INTEGER NOT NULL,
  from_date     TEXT NOT NULL,
  to_date       TEXT NOT NULL,
  granted_to    TEXT,
  reason        TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('open','granted','refused')),
  by_id         BIGINT NOT NULL,
  by_name       TEXT NOT NULL DEFAULT '',
  at            DATETIME NOT NULL,
  decided_by_id BIGINT NOT NULL DEFAULT 0,
  decided_by    TEXT NOT NULL DEFAULT '',
  decided_at    DATETIME,
  answer        TEXT NOT NULL DEFAULT '',
  version       INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
  UNIQUE (assignment_id, number)
);
CREATE UNIQUE INDEX extensions_one_open ON extensions (assignment_id) WHERE state = 'open';
CREATE TABLE group_members (
  id        INTEGER PRIMARY KEY,
  group_id  BIGINT NOT NULL REFERENCES unit_groups (id),
  unit_id   BIGINT NOT NULL REFERENCES units (id),
  from_date TEXT NOT NULL,
  to_date   TEXT,
  CHECK (to_date IS NULL OR to_date >= from_date)
);
CREATE INDEX group_members_group ON group_members (group_id, unit_id);
CREATE TABLE indicators (
  id           INTEGER PRIMARY KEY,
  plan_id      BIGINT NOT NULL REFERENCES plans (id),
  parent_id    BIGINT NOT NULL DEFAULT 0,
  level        INTEGER NOT NULL,
  name         TEXT NOT NULL,
  code         TEXT NOT NULL DEFAULT '',
  printed_code TEXT NOT NULL DEFAULT '',
  sort_no      INTEGER NOT NULL
);
CREATE INDEX indicators_plan ON indicators (plan_id, sort_no);
CREATE TABLE job_runs (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  slot        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('running','ok','failed')),
  started_at  DATETIME NOT NULL,
  finished_at DATETIME,
  tries       INTEGER NOT NULL DEFAULT 1,
  result      TEXT NOT NULL DEFAULT '',
  error       TEXT NOT NULL DEFAULT '',
  UNIQUE (name, slot)
);
CREATE TABLE login_failures (
  login    TEXT PRIMARY KEY,
  count    INTEGER NOT NULL,
  until_at DATETIME NOT NULL
);
CREATE TABLE measures (
  id             INTEGER PRIMARY KEY,
  plan_id        BIGINT NOT NULL REFERENCES plans (id),
  ref            TEXT NOT NULL,
  no             TEXT NOT NULL DEFAULT '',
  text           TEXT NOT NULL,
  unit_text      TEXT NOT NULL DEFAULT '',
  sort_no        INTEGER NOT NULL,
  row_nos        TEXT NOT NULL DEFAULT '[]',
  first_pos      INTEGER NOT NULL DEFAULT 1,
  coordinator_id BIGINT NOT NULL DEFAULT 0,
  UNIQUE (plan_id, ref)
);
CREATE TABLE messages (
  id         INTEGER PRIMARY KEY,
  key        TEXT NOT NULL UNIQUE,
  kind       TEXT NOT NULL,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  to_name    TEXT NOT NULL DEFAULT '',
  to_address TEXT NOT NULL,
  subject    TEXT NOT NULL,
  text       TEXT NOT NULL,
  html       TEXT NOT NULL,
  mime_id    TEXT NOT NULL UNIQUE,
  state      TEXT NOT NULL CHECK (state IN ('queued','sending','sent','failed','cancelled')),
  not_before DATETIME NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  reply      TEXT NOT NULL DEFAULT '',
  lease_till DATETIME,
  created_at DATETIME NOT NULL,
  sent_at    DATETIME
);
CREATE INDEX messages_waiting ON messages (not_before, id) WHERE state IN ('queued','sending');
CREATE TABLE notes (
  id            INTEGER PRIMARY KEY,
  assignment_id BIGINT NOT NULL REFERENCES assignments (id),
  kind          TEXT NOT NULL CHECK (kind IN ('progress','opinion')),
  text          TEXT NOT NULL,
  by_id         BIGINT NOT NULL,
  by_name       TEXT NOT NULL DEFAULT '',
  at            DATETIME NOT NULL
);
CREATE INDEX notes_assignment ON notes (assignment_id, id);
CREATE TABLE notices (
  id            INTEGER PRIMARY KEY,
  key           TEXT NOT NULL UNIQUE,
  user_id       BIGINT NOT NULL REFERENCES users (id),
  kind          TEXT NOT NULL,
  plan_id       BIGINT NOT NULL DEFAULT 0,
  assignment_id BIGINT NOT NULL DEFAULT 0,
  unit_id       BIGINT NOT NULL DEFAULT 0,
  ref_on        TEXT,
  text          TEXT NOT NULL DEFAULT '',
  message_id    BIGINT NOT NULL DEFAULT 0,
  created_at    DATETIME NOT NULL,
  read_at       DATETIME
);
CREATE INDEX notices_message ON notices (message_id);
CREATE INDEX notices_user ON notices (user_id, id);
CREATE TABLE nudges (
  assignment_id BIGINT NOT NULL REFERENCES assignments (id),
  day           TEXT NOT NULL,
  by_id         BIGINT NOT NULL,
  at            DATETIME NOT NULL,
  PRIMARY KEY (assignment_id, day)
);
CREATE TABLE plan_problems (
  id         INTEGER PRIMARY KEY,
  plan_id    BIGINT NOT NULL REFERENCES plans (id),
  severity   TEXT NOT NULL CHECK (severity IN ('confirm','check')),
  location   TEXT NOT NULL DEFAULT '',
  message    TEXT NOT NULL,
  sort_no    INTEGER NOT NULL,
  settled_at DATETIME,
  settled_by BIGINT NOT NULL DEFAULT 0,
  answer     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX plan_problems_plan ON plan_problems (plan_id, sort_no);
CREATE TABLE plan_versions (
  id         INTEGER PRIMARY KEY,
  plan_id    BIGINT NOT NULL REFERENCES plans (id),
  number     INTEGER NOT NULL,
  at         DATETIME NOT NULL,
  by_id      BIGINT NOT NULL DEFAULT 0,
  by_name    TEXT NOT NULL DEFAULT '',
  reason     TEXT NOT NULL DEFAULT '',
  draft_json TEXT NOT NULL,
  UNIQUE (plan_id, number)
);
CREATE TABLE plans (
  id              INTEGER PRIMARY KEY,
  key             TEXT NOT NULL UNIQUE,
  title           TEXT NOT NULL,
  document_number TEXT NOT NULL DEFAULT '',
  issuer          TEXT NOT NULL DEFAULT '',
  issued          TEXT,
  year            INTEGER NOT NULL,
  addressees      TEXT NOT NULL DEFAULT '[]',
  columns         TEXT NOT NULL DEFAULT '[]',
  lead_unit_id    BIGINT NOT NULL DEFAULT 0,
  source          TEXT NOT NULL DEFAULT '',
  state           TEXT NOT NULL CHECK (state IN ('draft','issued','closed')),
  issued_at       DATETIME,
  version         INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at      DATETIME NOT NULL
);
CREATE TABLE responsibilities (
  id         INTEGER PRIMARY KEY,
  measure_id BIGINT NOT NULL REFERENCES measures (id),
  name       TEXT NOT NULL,
  unit_id    BIGINT NOT NULL DEFAULT 0,
  group_id   BIGINT NOT NULL DEFAULT 0,
  role       TEXT NOT NULL CHECK (role IN ('lead','cooperate','responsible','pilot')),
  sort_no    INTEGER NOT NULL,
  CHECK ((unit_id = 0) <> (group_id = 0))
);
CREATE INDEX responsibilities_measure ON responsibilities (measure_id, sort_no);
CREATE TABLE sessions (
  token_hash   TEXT PRIMARY KEY,
  user_id      BIGINT NOT NULL REFERENCES users (id),
  epoch        INTEGER NOT NULL,
  created_at   DATETIME NOT NULL,
  last_seen_at DATETIME NOT NULL,
  ip           TEXT NOT NULL DEFAULT '',
  agent        TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
CREATE TABLE submissions (
  id            INTEGER PRIMARY KEY,
  assignment_id BIGINT NOT NULL REFERENCES assignments (id),
  number        INTEGER NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('completion','na')),
  state         TEXT NOT NULL CHECK (state IN ('draft','review','approved','returned')),
  statement     TEXT NOT NULL DEFAULT '',
  values_json   TEXT NOT NULL DEFAULT '',
  handler       TEXT NOT NULL DEFAULT '',
  approver      TEXT NOT NULL DEFAULT '',
  by_id         BIGINT NOT NULL,
  by_name       TEXT NOT NULL DEFAULT '',
  created_at    DATETIME NOT NULL,
  submitted_at  DATETIME,
  reviewer_id   BIGINT NOT NULL DEFAULT 0,
  reviewer_name TEXT NOT NULL DEFAULT '',
  reviewed_at   DATETIME,
  reason_code   TEXT NOT NULL DEFAULT '',
  reason        TEXT NOT NULL DEFAULT '',
  resubmit_by   TEXT,
  version       INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
  UNIQUE (assignment_id, number)
);
CREATE UNIQUE INDEX submissions_one_draft ON submissions (assignment_id) WHERE state = 'draft';
CREATE UNIQUE INDEX submissions_one_review ON submissions (assignment_id) WHERE state = 'review';
CREATE TABLE targets (
  id         INTEGER PRIMARY KEY,
  measure_id BIGINT NOT NULL REFERENCES measures (id),
  text       TEXT NOT NULL,
  metric     TEXT NOT NULL DEFAULT '',
  op         TEXT NOT NULL,
  value      DOUBLE PRECISION NOT NULL,
  unit       TEXT NOT NULL DEFAULT '',
  sort_no    INTEGER NOT NULL
);
CREATE INDEX targets_measure ON targets (measure_id, sort_no);
CREATE TABLE task_measures (
  task_id    BIGINT NOT NULL REFERENCES tasks (id),
  measure_id BIGINT NOT NULL REFERENCES measures (id),
  sort_no    INTEGER NOT NULL,
  PRIMARY KEY (task_id, measure_id)
);
CREATE INDEX task_measures_measure ON task_measures (measure_id);
CREATE TABLE tasks (
  id                INTEGER PRIMARY KEY,
  plan_id           BIGINT NOT NULL REFERENCES plans (id),
  indicator_id      BIGINT NOT NULL DEFAULT 0,
  no                TEXT NOT NULL,
  sort_no           INTEGER NOT NULL,
  title             TEXT NOT NULL DEFAULT '',
  evaluation_points TEXT NOT NULL DEFAULT '',
  remarks           TEXT NOT NULL DEFAULT '[]',
  UNIQUE (plan_id, no)
);
CREATE INDEX tasks_plan ON tasks (plan_id, sort_no);
CREATE TABLE tickets (
  token_hash TEXT PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('setup','invite')),
  user_id    BIGINT NOT NULL DEFAULT 0,
  expires_at DATETIME NOT NULL,
  used_at    DATETIME,
  created_at DATETIME NOT NULL
);
CREATE TABLE unit_aliases (
  id       INTEGER PRIMARY KEY,
  alias    TEXT NOT NULL,
  unit_id  BIGINT NOT NULL DEFAULT 0,
  group_id BIGINT NOT NULL DEFAULT 0,
  CHECK ((unit_id = 0) <> (group_id = 0))
);
CREATE UNIQUE INDEX unit_aliases_one ON unit_aliases (alias, unit_id, group_id);
CREATE TABLE unit_groups (
  id      INTEGER PRIMARY KEY,
  code     TEXT NOT NULL UNIQUE,
  register TEXT NOT NULL DEFAULT '',
  name     TEXT NOT NULL,
  sort_no  INTEGER NOT NULL DEFAULT 0,
  UNIQUE (register, name)
);
CREATE TABLE units (
  id          INTEGER PRIMARY KEY,
  code        TEXT NOT NULL UNIQUE,
  register    TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL,
  short       TEXT NOT NULL,
  family      TEXT NOT NULL,
  parent_id   BIGINT NOT NULL DEFAULT 0,
  sort_no     INTEGER NOT NULL DEFAULT 0,
  sample      BOOLEAN NOT NULL DEFAULT FALSE,
  note        TEXT NOT NULL DEFAULT '',
  contact_id  BIGINT NOT NULL DEFAULT 0,
  leader_id   BIGINT NOT NULL DEFAULT 0,
  archived_at DATETIME,
  version     INTEGER NOT NULL DEFAULT 1 CHECK (version > 0)
);
CREATE UNIQUE INDEX units_name ON units (register, name) WHERE archived_at IS NULL;
CREATE TABLE users (
  id            INTEGER PRIMARY KEY,
  login         TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  title         TEXT NOT NULL DEFAULT '',
  phone         TEXT NOT NULL DEFAULT '',
  email         TEXT NOT NULL DEFAULT '',
  role          TEXT NOT NULL CHECK (role IN ('admin','lead','contact','leader','supervisor')),
  unit_id       BIGINT NOT NULL DEFAULT 0,
  lang          TEXT NOT NULL DEFAULT 'zh' CHECK (lang IN ('zh','en')),
  password_hash TEXT NOT NULL DEFAULT '',
  disabled_at   DATETIME,
  seen_at       DATETIME,
  epoch         INTEGER NOT NULL DEFAULT 1,
  created_at    DATETIME NOT NULL,
  version       INTEGER NOT NULL DEFAULT 1 CHECK (version > 0)
);
CREATE INDEX users_unit ON users (unit_id);
