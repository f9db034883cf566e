namespace Wearable.Gateway.Telemetry.Sqlite;

/// <summary>
/// One row for every ten minutes of readings, so that a year (6.3 M readings) is drawn from 52,560 rows. SQLite's own triggers keep it
/// as readings come and go: whoever writes or erases readings cannot forget it. Lowest and highest rate of ten minutes of which only a
/// part is erased stay until the rest is.
/// </summary>
internal static class HeartSums
{
    /// <summary>
    /// Makes the table out of the readings there are (a year of them takes seconds) and the triggers anew, whichever of them are there.
    /// </summary>
    // min(a, b) of SQLite is null when one of them is.
    public const string Script = """
        DROP TABLE IF EXISTS heart_sums;
        DROP TRIGGER IF EXISTS heart_sums_add;
        DROP TRIGGER IF EXISTS heart_sums_erase;
        CREATE TABLE heart_sums(device TEXT NOT NULL, slot INTEGER NOT NULL, n INTEGER NOT NULL, rated INTEGER NOT NULL, low INTEGER, high INTEGER,
            sum INTEGER NOT NULL, q INTEGER NOT NULL, PRIMARY KEY(device, slot)) WITHOUT ROWID;
        INSERT INTO heart_sums SELECT device, at / 600000 AS slot, COUNT(*), COUNT(bpm10), MIN(bpm10), MAX(bpm10), COALESCE(SUM(bpm10), 0), SUM(q)
            FROM heart GROUP BY device, slot;
        CREATE TRIGGER heart_sums_add AFTER INSERT ON heart BEGIN
            INSERT INTO heart_sums VALUES(NEW.device, NEW.at / 600000, 1, NEW.bpm10 IS NOT NULL, NEW.bpm10, NEW.bpm10, COALESCE(NEW.bpm10, 0), NEW.q)
            ON CONFLICT(device, slot) DO UPDATE SET n = n + 1, rated = rated + excluded.rated, sum = sum + excluded.sum, q = q + excluded.q,
                low = COALESCE(MIN(low, excluded.low), low, excluded.low), high = COALESCE(MAX(high, excluded.high), high, excluded.high);
        END;
        CREATE TRIGGER heart_sums_erase AFTER DELETE ON heart BEGIN
            UPDATE heart_sums SET n = n - 1, rated = rated - (OLD.bpm10 IS NOT NULL), sum = sum - COALESCE(OLD.bpm10, 0), q = q - OLD.q
                WHERE device = OLD.device AND slot = OLD.at / 600000;
            DELETE FROM heart_sums WHERE device = OLD.device AND slot = OLD.at / 600000 AND n <= 0;
        END;
        """;
}
