using MobiZO.Checkpoints;

namespace MobiZO.Programs.Engines;

/// <summary>
/// Writes programs for hosts that know a model's ordinary inputs alone: what an adapter adds to them has values of its own, which a host
/// may replace.
/// </summary>
public interface IHostDecoderExporter : IProgramExporter
{
    /// <summary>Writes a program whose named inputs may be left out by the caller.</summary>
    /// <param name="program">The program.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="path">The file of the program; its weights lie beside it.</param>
    /// <param name="format">How the matrices are written.</param>
    /// <param name="values">Names of flat fp32 inputs with what they hold when they are left out; each has the extent of its input.</param>
    /// <exception cref="CheckpointException">A weight that the program names is missing or has another shape.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    void Write(Program program, IWeightSource weights, string path, WeightFormat format, IReadOnlyDictionary<string, float[]> values);
}
