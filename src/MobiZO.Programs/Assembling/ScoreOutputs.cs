using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Assembling;

/// <summary>What programs that score tell of answer positions.</summary>
internal static class ScoreOutputs
{
    /// <summary>Adds the log-probabilities of candidates and, if asked for, that of the likeliest token.</summary>
    public static void Add(ProgramBuilder builder, Value logits, Value candidates, bool ofLargest)
    {
        builder.Output(builder.Add(ProgramNames.LogProbabilities, new CandidateLogProbabilities(), logits, candidates));
        if (ofLargest)
        {
            builder.Output(builder.Add(ProgramNames.LargestLogProbabilities, new LargestLogProbability(), logits));
        }
    }
}
