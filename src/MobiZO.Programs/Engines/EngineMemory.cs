namespace MobiZO.Programs.Engines;

/// <summary>What an engine holds of a checkpoint's weights.</summary>
/// <param name="MappedBytes">Bytes of files that are mapped; the system can drop their pages, but they count as resident once they were
/// read.</param>
/// <param name="PackedBytes">Bytes of copies in the engine's own layout.</param>
public sealed record EngineMemory(long MappedBytes, long PackedBytes);
