PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "Artist"
(
    [ArtistId] INTEGER  NOT NULL,
    [Name] NVARCHAR(120),
    CONSTRAINT [PK_Artist] PRIMARY KEY  ([ArtistId])
);
CREATE TABLE IF NOT EXISTS "Album"
(
    [AlbumId] INTEGER  NOT NULL,
    [Title] NVARCHAR(160)  NOT NULL,
    [ArtistId] INTEGER  NOT NULL,
    CONSTRAINT [PK_Album] PRIMARY KEY  ([AlbumId]),
    FOREIGN KEY ([ArtistId]) REFERENCES "Artist" ([ArtistId])
		ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE TABLE IF NOT EXISTS "Track"
(
    [TrackId] INTEGER  NOT NULL,
    [Name] NVARCHAR(200)  NOT NULL,
    [AlbumId] INTEGER,
    [Milliseconds] INTEGER  NOT NULL,
    [Bytes] UNSIGNED BIG INT,
    [UnitPrice] NUMERIC(10,2)  NOT NULL,
    [Played] TIMESTAMP,
    [Rate] DOUBLE PRECISION,
    [Small] TINYINT,
    [Flag] BOOL DEFAULT TRUE,
    [Data] BLOB SUB_TYPE TEXT,
    CONSTRAINT [PK_Track] PRIMARY KEY  ([TrackId]),
    CONSTRAINT album_of FOREIGN KEY ([AlbumId]) REFERENCES "Album" ([AlbumId]) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO Artist VALUES(1,'AC/DC');
INSERT INTO Artist VALUES(2,'Motörhead; -- "live"');
CREATE TABLE "PlaylistTrack" ("PlaylistId" INTEGER NOT NULL, "TrackId" INTEGER NOT NULL REFERENCES "Track"("TrackId"), "At" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d', 'now')), UNIQUE ("PlaylistId", "TrackId") ON CONFLICT IGNORE, PRIMARY KEY ("PlaylistId" ASC, "TrackId"));
CREATE UNIQUE INDEX [IPK_Artist] ON "Artist"([ArtistId]);
CREATE VIEW "Names"("n") AS SELECT "Name" FROM "Artist" UNION ALL SELECT "Title" FROM "Album";
COMMIT;
