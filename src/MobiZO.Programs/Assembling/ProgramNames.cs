using System.Globalization;

namespace MobiZO.Programs.Assembling;

/// <summary>Names of program inputs and outputs.</summary>
public static class ProgramNames
{
    /// <summary>Token ids [N, S].</summary>
    public const string InputIds = "input_ids";

    /// <summary>Position of every token [N, S].</summary>
    public const string Positions = "positions";

    /// <summary>
    /// Token ids [F, S] of the rows that all others repeat (<see cref="Feeding.StepFeed.FirstCopyRows"/>), for layers that copies share.
    /// </summary>
    public const string FirstInputIds = "first_input_ids";

    /// <summary>Positions [F, S] of <see cref="FirstInputIds"/>.</summary>
    public const string FirstPositions = "first_positions";

    /// <summary>What every token of a packed row sees of its row [N, S, S]: 0, and a large negative number where it sees nothing.</summary>
    public const string Seen = "seen";

    /// <summary>Answer positions (indices into <see cref="AnswerRows"/>) whose token is asked for among the whole vocabulary [Q].</summary>
    public const string SpokenPoints = "spoken_points";

    /// <summary>Output: logits of candidates [R, K].</summary>
    public const string ChoiceLogits = "choice_logits";

    /// <summary>Frozen hidden states [X, S, H] that enter the first computed layer.</summary>
    public const string Hidden = "hidden";

    /// <summary>Number of cached tokens of every example [X].</summary>
    public const string PastLengths = "past_lengths";

    /// <summary>Flat row (n * S + t) of every answer position [R]: the token whose logits predict an answer token.</summary>
    public const string AnswerRows = "answer_rows";

    /// <summary>Candidate token ids of every answer position [R, K].</summary>
    public const string CandidateIds = "candidate_ids";

    /// <summary>Weights of answer positions: [P, R] for token losses, [D*K, R] for scores of choices.</summary>
    public const string AnswerWeights = "answer_weights";

    /// <summary>Index of the right choice of every decision [D]; [R, 1] for losses over the branches of words.</summary>
    public const string Labels = "labels";

    /// <summary>Added to the logits of candidates [R, K]: 0, and a large negative number where there is no candidate.</summary>
    public const string CandidateBias = "candidate_bias";

    /// <summary>Added to the scores of choices [D, K]: 0, and a large negative number where an example has no such choice.</summary>
    public const string ChoiceBias = "choice_bias";

    /// <summary>Token id of the answer at every answer position [R, 1], beside a loss over branches.</summary>
    public const string AnswerIds = "answer_ids";

    /// <summary>Weights of answer positions in the token loss beside a loss over branches [P, R].</summary>
    public const string TokenWeights = "token_weights";

    /// <summary>All A matrices, flat.</summary>
    public const string AdapterA = "adapter.a";

    /// <summary>All B matrices, flat.</summary>
    public const string AdapterB = "adapter.b";

    /// <summary>Random directions [q, n].</summary>
    public const string Noise = "noise";

    /// <summary>Random directions of the step before [q, n].</summary>
    public const string PreviousNoise = "noise.previous";

    /// <summary>Projected gradients of the step before [q].</summary>
    public const string PreviousGradients = "projected_gradients.previous";

    /// <summary>Query of every copy [P].</summary>
    public const string QueryIndex = "query_index";

    /// <summary>sign * epsilon of every copy [P].</summary>
    public const string Coefficients = "coefficients";

    /// <summary>Epsilon [1].</summary>
    public const string Epsilon = "epsilon";

    /// <summary>Learning rate [1].</summary>
    public const string LearningRate = "learning_rate";

    /// <summary>Output: loss of every copy [P].</summary>
    public const string Losses = "losses";

    /// <summary>Projected gradients [q]: an output of the step with the update, an input of the update alone.</summary>
    public const string Gradients = "projected_gradients";

    /// <summary>Output: updated B matrices, flat.</summary>
    public const string NextAdapterB = "adapter.b.next";

    /// <summary>Output: the gradient of the loss with respect to all B matrices, flat.</summary>
    public const string AdapterBGradient = AdapterB + ".gradient";

    /// <summary>Output: the error broadcast of the first copy, flat and laid out as all B matrices.</summary>
    public const string BroadcastGradient = "broadcast_gradient";

    /// <summary>Output: the gradient of the loss with respect to all A matrices, flat.</summary>
    public const string AdapterAGradient = AdapterA + ".gradient";

    /// <summary>Output: log-probabilities of candidates [R, K].</summary>
    public const string LogProbabilities = "log_probabilities";

    /// <summary>Output: log-probability of the likeliest token at answer positions [R].</summary>
    public const string LargestLogProbabilities = "largest_log_probabilities";

    /// <summary>Output: logits of answer positions [R, V].</summary>
    public const string Logits = "logits";

    /// <summary>Cached keys of a layer [X, kv_heads, T, d].</summary>
    public static string PastKey(int layer) => string.Create(CultureInfo.InvariantCulture, $"past.{layer}.key");

    /// <summary>Cached values of a layer [X, kv_heads, T, d].</summary>
    public static string PastValue(int layer) => string.Create(CultureInfo.InvariantCulture, $"past.{layer}.value");

    /// <summary>Position of every token [N, S] in programs for hosts of ONNX decoders.</summary>
    public const string PositionIds = "position_ids";

    /// <summary>1 for every cached and new token that is seen, 0 for padding [N, total], in programs for hosts of ONNX decoders.</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>Cached keys of a layer [N, kv_heads, T, d] in programs for hosts of ONNX decoders.</summary>
    public static string HostPastKey(int layer) => string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layer}.key");

    /// <summary>Cached values of a layer [N, kv_heads, T, d] in programs for hosts of ONNX decoders.</summary>
    public static string HostPastValue(int layer) => string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layer}.value");

    /// <summary>Output: keys of a layer after this run.</summary>
    public static string PresentKey(int layer) => string.Create(CultureInfo.InvariantCulture, $"present.{layer}.key");

    /// <summary>Output: values of a layer after this run.</summary>
    public static string PresentValue(int layer) => string.Create(CultureInfo.InvariantCulture, $"present.{layer}.value");
}
