namespace MobiZO.Tests.Journal;

/// <summary>A clock that stands still, so that journals of the same run have the same bytes.</summary>
internal sealed class StoppedClock : TimeProvider
{
    public static readonly DateTimeOffset Now = new(2025, 11, 26, 7, 8, 9, 10, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
