-- Schema 1. A released schema never changes: what comes after is a migration in schema.rs.

-- What holds for the whole project; `secret` is the key of pseudonyms and of the hashes below.
CREATE TABLE project (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE codebooks (
    codebook INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    json TEXT NOT NULL
) STRICT;

-- An encoder as one version of innspill runs it.
CREATE TABLE encoders (
    encoder INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    version TEXT NOT NULL,
    UNIQUE (name, sha256, version)
) STRICT;

-- Codebook, encoder and heads: what decides a tagging.
CREATE TABLE taggers (
    tagger INTEGER PRIMARY KEY,
    codebook INTEGER NOT NULL REFERENCES codebooks,
    encoder INTEGER NOT NULL REFERENCES encoders,
    model TEXT NOT NULL,
    thresholds TEXT NOT NULL,
    UNIQUE (codebook, encoder, model)
) STRICT;

-- Every shown text once for each kind it was asked for as; `key` is a keyed hash of both.
CREATE TABLE texts (
    text INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    shown TEXT NOT NULL
) STRICT;

CREATE TABLE vectors (
    vector INTEGER PRIMARY KEY,
    encoder INTEGER NOT NULL REFERENCES encoders ON DELETE CASCADE,
    text INTEGER NOT NULL REFERENCES texts ON DELETE CASCADE,
    numbers BLOB NOT NULL,
    UNIQUE (encoder, text)
) STRICT;
CREATE INDEX vectors_of_text ON vectors (text);

CREATE TABLE taggings (
    tagging INTEGER PRIMARY KEY,
    tagger INTEGER NOT NULL REFERENCES taggers ON DELETE CASCADE,
    text INTEGER NOT NULL REFERENCES texts ON DELETE CASCADE,
    listed TEXT NOT NULL,
    scores BLOB NOT NULL,
    UNIQUE (tagger, text)
) STRICT;
CREATE INDEX taggings_of_text ON taggings (text);

CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'pruned', 'abandoned')),
    started TEXT NOT NULL,
    finished TEXT,
    innspill TEXT NOT NULL,
    tagger INTEGER REFERENCES taggers,
    counts TEXT,
    files TEXT,
    changes TEXT,
    kept_case TEXT,
    kept_reason TEXT
) STRICT;

-- One row for each version of an answer. `until` is the first run without it.
CREATE TABLE answers (
    answer INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    content BLOB NOT NULL,
    text INTEGER NOT NULL REFERENCES texts,
    original TEXT,
    kind TEXT,
    question TEXT,
    asked_under TEXT,
    phase TEXT,
    groups TEXT NOT NULL,
    respondent TEXT,
    time TEXT,
    kept TEXT NOT NULL,
    since INTEGER NOT NULL REFERENCES runs,
    until INTEGER REFERENCES runs
) STRICT;
CREATE UNIQUE INDEX answers_now ON answers (id) WHERE until IS NULL;
CREATE INDEX answers_text ON answers (text);

-- The answers of a run in input order; blobs hold one little-endian 32-bit number an answer.
CREATE TABLE snapshots (
    run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    fingerprint BLOB NOT NULL,
    answers BLOB NOT NULL,
    clusters BLOB NOT NULL,
    same_text BLOB NOT NULL,
    files TEXT NOT NULL,
    file_of BLOB NOT NULL,
    row_of BLOB NOT NULL,
    flags BLOB NOT NULL,
    near_equal TEXT NOT NULL,
    summaries TEXT NOT NULL,
    group_names TEXT NOT NULL
) STRICT;

-- Taggings that a person's word made other than the tagger's.
CREATE TABLE corrected (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    answer INTEGER NOT NULL REFERENCES answers ON DELETE CASCADE,
    listed TEXT NOT NULL,
    PRIMARY KEY (run, answer)
) STRICT;

-- The ledger: a group's number is never given to another.
CREATE TABLE clusters (
    cluster INTEGER PRIMARY KEY,
    label TEXT NOT NULL,
    labelled_by TEXT NOT NULL CHECK (labelled_by IN ('machine', 'person')),
    born INTEGER NOT NULL REFERENCES runs,
    died INTEGER REFERENCES runs
) STRICT;

CREATE TABLE cluster_events (
    run INTEGER NOT NULL REFERENCES runs,
    cluster INTEGER NOT NULL REFERENCES clusters,
    event TEXT NOT NULL CHECK (event IN ('born', 'split', 'grown', 'shrunk', 'changed', 'merged', 'died')),
    other INTEGER,
    size INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    left_it INTEGER NOT NULL,
    PRIMARY KEY (run, cluster)
) STRICT;
