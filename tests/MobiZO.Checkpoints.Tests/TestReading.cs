namespace MobiZO.Checkpoints.Tests;

/// <summary>Whole tensors and how far they lie apart.</summary>
internal static class TestReading
{
    public static float[] Whole(IWeightSource source, string name)
    {
        var values = new float[source.FindShape(name)!.Aggregate(1, (product, dimension) => product * dimension)];
        source.Read(name, 0, values);
        return values;
    }

    /// <summary>Norm of the difference over the norm of the expected values.</summary>
    public static double RelativeError(float[] expected, float[] found)
    {
        double difference = expected.Zip(found, (a, b) => Math.Pow((double)a - b, 2)).Sum();
        return Math.Sqrt(difference / expected.Sum(value => (double)value * value));
    }
}
