using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Scoring;

/// <summary>The copies of an adapter that answer at once, as inputs of a program.</summary>
/// <param name="Count">P.</param>
/// <param name="Inputs">A, B, noise, query and coefficient of every copy.</param>
internal sealed record AnswerCopies(int Count, IReadOnlyDictionary<string, HostTensor> Inputs)
{
    /// <summary>The adapter as it is: one copy.</summary>
    /// <param name="a">All A, flat.</param>
    /// <param name="b">All B, flat.</param>
    public static AnswerCopies Of(HostTensor a, float[] b) =>
        new(
            1,
            new Dictionary<string, HostTensor>(StringComparer.Ordinal)
            {
                [ProgramNames.AdapterA] = a,
                [ProgramNames.AdapterB] = HostTensor.Of(b, b.Length),
                [ProgramNames.Noise] = HostTensor.Of(new float[b.Length], 1, b.Length),
                [ProgramNames.QueryIndex] = HostTensor.Of([0L], 1),
                [ProgramNames.Coefficients] = HostTensor.Of([0f], 1),
            }
        );
}
