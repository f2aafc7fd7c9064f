# Beside spot-node-group.tf: two nodes on demand that are always there, and an empty on-demand group that the fallback fills
# while spot is short, as MixedCapacity in examples/cdk makes them.

resource "aws_launch_template" "baseline" {
  name_prefix = "inference-baseline-"

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 100
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]
    content {
      resource_type = tag_specifications.value
      tags = {
        "Name"          = "inference-baseline"
        "workload-type" = "inference"
      }
    }
  }
}

resource "aws_eks_node_group" "baseline" {
  cluster_name    = var.cluster_name
  node_group_name = "inference-baseline"
  node_role_arn   = var.node_role_arn
  subnet_ids      = var.subnet_ids
  capacity_type   = "ON_DEMAND"
  # The first that can be had is taken.
  instance_types = var.instance_types
  ami_type       = "AL2023_x86_64_NVIDIA"

  scaling_config {
    min_size     = 2
    max_size     = 2
    desired_size = 2
  }

  launch_template {
    id      = aws_launch_template.baseline.id
    version = aws_launch_template.baseline.latest_version
  }

  labels = {
    "capacity-type" = "on-demand"
    "workload-type" = "inference"
  }
}

resource "aws_launch_template" "fallback" {
  name_prefix = "inference-fallback-"

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 100
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]
    content {
      resource_type = tag_specifications.value
      tags = {
        "Name"                = "inference-fallback"
        "workload-type"       = "inference"
        "spot-responder/pool" = "inference"
        "spot-responder/role" = "fallback"
      }
    }
  }
}

resource "aws_eks_node_group" "fallback" {
  cluster_name    = var.cluster_name
  node_group_name = "inference-fallback"
  node_role_arn   = var.node_role_arn
  subnet_ids      = var.subnet_ids
  capacity_type   = "ON_DEMAND"
  instance_types  = var.instance_types
  ami_type        = "AL2023_x86_64_NVIDIA"

  scaling_config {
    min_size     = 0
    max_size     = 5
    desired_size = 0
  }

  launch_template {
    id      = aws_launch_template.fallback.id
    version = aws_launch_template.fallback.latest_version
  }

  labels = {
    "capacity-type"       = "on-demand"
    "workload-type"       = "inference"
    "spot-responder/pool" = "inference"
  }

  # The spot taint: what runs on spot runs here, and nothing else keeps a node from returning.
  taint {
    key    = "capacity-type"
    value  = "spot"
    effect = "NO_SCHEDULE"
  }

  tags = {
    "spot-responder/pool" = "inference"
    "spot-responder/role" = "fallback"
  }

  # Else the next apply takes the fallback's nodes away.
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
}

# EKS tags the Auto Scaling group of every managed node group for Cluster Autoscaler's discovery, and Terraform cannot take that
# back. Where Cluster Autoscaler runs, run this once: the fallback is the responder's to scale.
output "untag_fallback" {
  value = "aws autoscaling delete-tags --tags ResourceId=${aws_eks_node_group.fallback.resources[0].autoscaling_groups[0].name},ResourceType=auto-scaling-group,Key=k8s.io/cluster-autoscaler/enabled"
}
