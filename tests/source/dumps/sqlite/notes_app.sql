PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE notebook (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL UNIQUE COLLATE NOCASE, -- what people see; even ')'
    colour VARCHAR(7) DEFAULT '#fff;fff',
    created DATETIME DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO notebook VALUES(1,'Shopping; CREATE TABLE evil (a int);','#aabbcc','2024-01-01 10:00:00');
INSERT INTO notebook VALUES(2,replace('two\nlines','\n',char(10)),'it''s',NULL);
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    notebook_id INTEGER NOT NULL REFERENCES notebook ON DELETE CASCADE,
    body,
    stars INT(11) DEFAULT 0 CHECK (stars BETWEEN 0 AND 5),
    weight REAL DEFAULT -1.5,
    attachment BLOB,
    price DECIMAL(10,2) DEFAULT (1 + 2),
    words INTEGER GENERATED ALWAYS AS (length(body)) VIRTUAL,
    short TEXT AS (substr(body, 1, 20)) STORED,
    done BOOLEAN NOT NULL DEFAULT 0,
    CONSTRAINT body_there CHECK (body IS NOT NULL OR attachment IS NOT NULL)
);
CREATE TABLE tag (note_id INTEGER, name TEXT, PRIMARY KEY (note_id, name), FOREIGN KEY (note_id) REFERENCES note(id)) WITHOUT ROWID;
CREATE TABLE "odd ""name" ([select] INTEGER, `from` TEXT, "with ""quotes" NUMERIC, "Ünï" NVARCHAR(20));
CREATE TABLE strict_one (a INT NOT NULL, b ANY, c TEXT) STRICT;
CREATE UNIQUE INDEX one_open ON note(notebook_id) WHERE done = 0;
CREATE UNIQUE INDEX by_lower ON notebook(lower(title));
CREATE UNIQUE INDEX two ON note(notebook_id, id DESC);
CREATE INDEX plain ON note(stars);
CREATE VIEW open_notes AS SELECT n.id, b.title FROM note n JOIN notebook b ON b.id = n.notebook_id WHERE NOT n.done;
CREATE TRIGGER note_touch AFTER UPDATE ON note WHEN NEW.body <> OLD.body BEGIN
  UPDATE notebook SET created = CURRENT_TIMESTAMP WHERE id = NEW.notebook_id;
  INSERT INTO tag VALUES (NEW.id, CASE WHEN NEW.done THEN 'done' ELSE 'open' END);
END;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('notebook',2);
COMMIT;
