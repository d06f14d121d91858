USE [master]
GO
/****** Object:  Database [Bikes]    Script Date: 11/27/2026 9:12:13 PM ******/
CREATE DATABASE [Bikes]
 CONTAINMENT = NONE
 ON  PRIMARY 
( NAME = N'Bikes', FILENAME = N'C:\Data\Bikes.mdf' , SIZE = 8192KB , MAXSIZE = UNLIMITED, FILEGROWTH = 65536KB )
 LOG ON 
( NAME = N'Bikes_log', FILENAME = N'C:\Data\Bikes_log.ldf' , SIZE = 8192KB , MAXSIZE = 2048GB , FILEGROWTH = 65536KB )
GO
ALTER DATABASE [Bikes] SET COMPATIBILITY_LEVEL = 150
GO
IF (1 = FULLTEXTSERVICEPROPERTY('IsFullTextInstalled'))
begin
EXEC [Bikes].[dbo].[sp_fulltext_database] @action = 'enable'
end
GO
USE [Bikes]
GO
/****** Object:  Schema [Sales]    Script Date: 11/27/2026 9:12:13 PM ******/
CREATE SCHEMA [Sales]
GO
CREATE SCHEMA [Hist]
GO
/****** Object:  UserDefinedDataType [dbo].[Name]    Script Date: 11/27/2026 9:12:13 PM ******/
CREATE TYPE [dbo].[Name] FROM [nvarchar](50) NULL
GO
CREATE TYPE [dbo].[Flag] FROM [bit] NOT NULL
GO
/****** Object:  UserDefinedFunction [dbo].[Total]    Script Date: 11/27/2026 9:12:13 PM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE FUNCTION [dbo].[Total](@q int, @p money)
RETURNS money AS
BEGIN
  DECLARE @t TABLE (a int);
  RETURN @q * @p; -- it's simple
END
GO
/****** Object:  Table [Sales].[Customer]    Script Date: 11/27/2026 9:12:13 PM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [Sales].[Customer](
	[CustomerID] [int] IDENTITY(1,1) NOT FOR REPLICATION NOT NULL,
	[Name] [dbo].[Name] NOT NULL,
	[Active] [dbo].[Flag] NOT NULL,
	[Code]  AS (isnull('C'+right('00000000'+CONVERT([varchar](8),[CustomerID]),8),'')) PERSISTED NOT NULL,
	[Mail] [nvarchar](256) COLLATE Latin1_General_CI_AS NULL,
	[Credit] [money] NULL,
	[Small] [smallmoney] NULL,
	[Level] [tinyint] NOT NULL,
	[rowguid] [uniqueidentifier] ROWGUIDCOL  NOT NULL,
	[Stamp] [timestamp] NOT NULL,
	[Notes] [nvarchar](max) NULL,
	[Old] [ntext] NULL,
	[Doc] [xml] NULL,
	[Place] [geography] NULL,
	[Node] [hierarchyid] NULL,
	[Any] [sql_variant] NULL,
	[Modified] [datetime] NOT NULL,
 CONSTRAINT [PK_Customer_CustomerID] PRIMARY KEY CLUSTERED 
(
	[CustomerID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON, OPTIMIZE_FOR_SEQUENTIAL_KEY = OFF) ON [PRIMARY],
 CONSTRAINT [AK_Customer_rowguid] UNIQUE NONCLUSTERED 
(
	[rowguid] ASC
)WITH (PAD_INDEX = OFF) ON [PRIMARY]
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
GO
/****** Object:  Table [Sales].[Order]    Script Date: 11/27/2026 9:12:13 PM ******/
SET ANSI_NULLS ON
GO
CREATE TABLE [Sales].[Order](
	[OrderID] [bigint] NOT NULL,
	[CustomerID] [int] NOT NULL,
	[Placed] [datetime2](7) NOT NULL,
	[Due] [date] NULL,
	[At] [time](0) NULL,
	[Zone] [datetimeoffset](3) NULL,
	[Rush] [smalldatetime] NULL,
	[Total] [decimal](19, 4) NOT NULL,
	[Bare] [decimal] NULL,
	[Weight] [float] NULL,
	[Short] [real] NULL,
	[Currency] [nchar](3) NOT NULL,
	[Sealed] [binary](64) NULL,
	[Scan] [varbinary](max) NULL,
	[Photo] [image] NULL,
	[Tiny] [varchar](1) NULL,
	[order by] [int] NULL,
	[Close]]d] [bit] NULL,
 CONSTRAINT [PK_Order] PRIMARY KEY NONCLUSTERED 
(
	[OrderID] ASC,
	[Placed] DESC
)WITH (STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF) ON [psByMonth]([Placed])
) ON [psByMonth]([Placed])
GO
/****** Object:  Table [Hist].[Order]    Script Date: 11/27/2026 9:12:13 PM ******/
CREATE TABLE [Hist].[Order](
	[OrderID] [bigint] NOT NULL,
	[Archived] [datetime] NULL,
	[Parent] [bigint] NULL
) ON [PRIMARY]
WITH
(
DATA_COMPRESSION = PAGE
)
GO
SET ANSI_PADDING ON
GO
/****** Object:  Index [IX_Mail]    Script Date: 11/27/2026 9:12:13 PM ******/
CREATE UNIQUE NONCLUSTERED INDEX [UX_Mail] ON [Sales].[Customer]
(
	[Mail] ASC
)
WHERE ([Mail] IS NOT NULL)
WITH (PAD_INDEX = OFF, SORT_IN_TEMPDB = OFF) ON [PRIMARY]
GO
CREATE UNIQUE CLUSTERED INDEX [UX_Hist] ON [Hist].[Order]
(
	[OrderID] ASC
)
INCLUDE([Archived]) WITH (PAD_INDEX = OFF) ON [PRIMARY]
GO
CREATE NONCLUSTERED COLUMNSTORE INDEX [CS] ON [Sales].[Order] ([Total])
GO
/****** Object:  View [Sales].[vOpen]    Script Date: 11/27/2026 9:12:13 PM ******/
CREATE VIEW [Sales].[vOpen] 
WITH SCHEMABINDING
AS 
SELECT o.[OrderID], c.[Name] FROM [Sales].[Order] o JOIN [Sales].[Customer] c ON c.CustomerID = o.CustomerID;
GO
INSERT [Sales].[Customer] ([Name], [Active], [Level]) VALUES (N'O''Neill; GO
CREATE TABLE evil (a int)', 1, 2)
GO
ALTER TABLE [Sales].[Customer] ADD  CONSTRAINT [DF_Customer_rowguid]  DEFAULT (newid()) FOR [rowguid]
GO
ALTER TABLE [Sales].[Customer] ADD  CONSTRAINT [DF_Customer_Modified]  DEFAULT (getdate()) FOR [Modified]
GO
ALTER TABLE [Sales].[Order] ADD  CONSTRAINT [DF_Order_ID]  DEFAULT (NEXT VALUE FOR [Sales].[OrderNumber]) FOR [OrderID]
GO
ALTER TABLE [Sales].[Order]  WITH CHECK ADD  CONSTRAINT [FK_Order_Customer] FOREIGN KEY([CustomerID])
REFERENCES [Sales].[Customer] ([CustomerID])
ON UPDATE CASCADE
ON DELETE CASCADE
GO
ALTER TABLE [Sales].[Order] CHECK CONSTRAINT [FK_Order_Customer]
GO
ALTER TABLE [Hist].[Order]  WITH NOCHECK ADD  CONSTRAINT [FK_Hist_Self] FOREIGN KEY([Parent])
REFERENCES [Hist].[Order] ([OrderID])
GO
ALTER TABLE [Sales].[Order]  WITH CHECK ADD  CONSTRAINT [CK_Total] CHECK  (([Total]>=(0.00) AND [Currency]<>N'(x);'))
GO
ALTER TABLE [Sales].[Order] CHECK CONSTRAINT [CK_Total]
GO
/****** Object:  StoredProcedure [Sales].[Purge]    Script Date: 11/27/2026 9:12:13 PM ******/
CREATE   PROCEDURE [Sales].[Purge] @days int = 30
AS
BEGIN
	SET NOCOUNT ON;
	CREATE TABLE #gone (OrderID bigint);
	CREATE TABLE Real_Looking (a int);
	DELETE FROM [Hist].[Order] WHERE Archived < DATEADD(day, -@days, GETDATE());
END
GO
CREATE TRIGGER [Sales].[trOrder] ON [Sales].[Order] AFTER INSERT AS
BEGIN
	IF @@ROWCOUNT = 0 RETURN;
	PRINT 'x';
END
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'People who buy; it''s (all)' , @level0type=N'SCHEMA',@level0name=N'Sales', @level1type=N'TABLE',@level1name=N'Customer'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'Set by clerks' , @level0type=N'SCHEMA',@level0name=N'Sales', @level1type=N'TABLE',@level1name=N'Customer', @level2type=N'COLUMN',@level2name=N'Level'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_DiagramPane1', @value=N'[0E232FF0' , @level0type=N'SCHEMA',@level0name=N'Sales', @level1type=N'VIEW',@level1name=N'vOpen'
GO
USE [master]
GO
ALTER DATABASE [Bikes] SET  READ_WRITE 
GO
