USE [Clinic]
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[Patient]') AND type in (N'U'))
BEGIN
CREATE TABLE [dbo].[Patient](
	[Id] [uniqueidentifier] NOT NULL,
	[Born] [date] NULL,
	[Sex] [char](1) NULL,
	[Weight] [numeric](5, 2) NULL,
	[ValidFrom] [datetime2](7) GENERATED ALWAYS AS ROW START HIDDEN NOT NULL,
	[ValidTo] [datetime2](7) GENERATED ALWAYS AS ROW END HIDDEN NOT NULL,
 CONSTRAINT [PK_Patient] PRIMARY KEY CLUSTERED 
(
	[Id] ASC
)WITH (PAD_INDEX = OFF) ON [PRIMARY],
	PERIOD FOR SYSTEM_TIME ([ValidFrom], [ValidTo])
) ON [PRIMARY]
WITH
(
SYSTEM_VERSIONING = ON (HISTORY_TABLE = [dbo].[PatientHistory])
)
END
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[Visit]') AND type in (N'U'))
BEGIN
CREATE TABLE [dbo].[Visit](
	[PatientId] [uniqueidentifier] NOT NULL,
	[Nr] [smallint] NOT NULL,
	[Text] [nvarchar](4000) NULL,
	[Codes] [varchar](8000) SPARSE  NULL,
	[Fee] [decimal](9, 2) NOT NULL CONSTRAINT [DF_Visit_Fee]  DEFAULT ((0)),
	[Twice]  AS ([Fee]*(2)),
 CONSTRAINT [PK_Visit] PRIMARY KEY CLUSTERED ([PatientId] ASC, [Nr] ASC) ON [PRIMARY]
) ON [PRIMARY]
END
GO
IF NOT EXISTS (SELECT * FROM dbo.sysobjects WHERE id = OBJECT_ID(N'[DF_Patient_Id]') AND type = 'D')
BEGIN
ALTER TABLE [dbo].[Patient] ADD  CONSTRAINT [DF_Patient_Id]  DEFAULT (newsequentialid()) FOR [Id]
END
GO
IF NOT EXISTS (SELECT * FROM sys.foreign_keys WHERE object_id = OBJECT_ID(N'[dbo].[FK_Visit_Patient]') AND parent_object_id = OBJECT_ID(N'[dbo].[Visit]'))
ALTER TABLE [dbo].[Visit]  WITH CHECK ADD  CONSTRAINT [FK_Visit_Patient] FOREIGN KEY([PatientId])
REFERENCES [dbo].[Patient] ([Id])
GO
IF  EXISTS (SELECT * FROM sys.foreign_keys WHERE object_id = OBJECT_ID(N'[dbo].[FK_Visit_Patient]') AND parent_object_id = OBJECT_ID(N'[dbo].[Visit]'))
ALTER TABLE [dbo].[Visit] CHECK CONSTRAINT [FK_Visit_Patient]
GO
IF NOT EXISTS (SELECT * FROM sys.views WHERE object_id = OBJECT_ID(N'[dbo].[vVisits]'))
EXEC dbo.sp_executesql @statement = N'CREATE VIEW [dbo].[vVisits] AS SELECT PatientId, COUNT(*) AS N FROM dbo.Visit GROUP BY PatientId' 
GO
